/* What the modes of the load generator share: see load.c. */
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { MAX_CONNECTIONS = 20000, MAX_DEPTH = 64, CHUNK = 1 << 16, MAX_ERRNO = 134 };

struct connection {
  int fd;
  uint64_t sent, got;        /* bytes since the connection began; for udp the number of the datagram */
  uint64_t began[MAX_DEPTH]; /* when the message was sent, by its number modulo the depth */
};

struct mode {
  const char *name;
  long connections, bytes; /* unless others are asked for */
  void (*run)(void);
  void (*ready)(struct connection *, uint32_t events);
  void (*tick)(void); /* every 50 ms */
};

extern struct connection all[MAX_CONNECTIONS];
extern long connections, bytes, depth, message; /* message: bytes with the prefix */
extern unsigned char *pattern;                  /* the message again and again */
extern unsigned char inbox[CHUNK];
extern uint64_t begin, lost, failures[MAX_ERRNO + 1];

void run_echo(void), run_short(void), run_idle(void), run_bulk(void), run_udp(void);
void echo_ready(struct connection *, uint32_t), short_ready(struct connection *, uint32_t);
void udp_ready(struct connection *, uint32_t), udp_give_up(void);

void fail(const char *what);
uint64_t now(void);        /* nanoseconds */
void note(uint64_t ns);    /* one is done, and took so long */
int is_over(void);
int open_socket(int type); /* connected, or on its way; -1 when there is none: errno says why */
void open_all(int type);
void watch(struct connection *);
void serve(void);          /* until it is over */
void report(void);
