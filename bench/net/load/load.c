/*
 * Load on a server of this machine, for net.bench.ts: quick enough that it is the server that is measured.
 *
 *   load echo  127.0.0.1:PORT [connections=64] [bytes=64] [prefix=0|4] [depth=1]    messages there and back
 *   load short 127.0.0.1:PORT [connections=16] [bytes=64]                           connect, one message, reset
 *   load udp   127.0.0.1:PORT [connections=64] [bytes=64]                           datagrams there and back
 *   load idle  127.0.0.1:PORT [connections=10000]                                   opens, holds until stdin ends
 *   load bulk  127.0.0.1:PORT [bytes=16777216]                                      one long message, one short answer
 *
 * The first three go on for ms=1000, or until count=N are done. `prefix=4` puts the length of each message before
 * it, as 4 bytes, little-endian; `depth` messages of a connection are under way at a time. What comes back is compared
 * with what was sent. A line of JSON says what came of it; times are microseconds. Whatever is asked for: loopback
 * only, at most 20,000 connections, and an end after two minutes.
 *
 * One thread, edge-triggered epoll: a read that comes back short has read all there is, so it needs no second one.
 */
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 120 };

struct connection all[MAX_CONNECTIONS];
long connections, bytes, depth = 1, message;
unsigned char *pattern, inbox[CHUNK];
uint64_t begin, lost, failures[MAX_ERRNO + 1];

static const struct mode *mode;
static struct sockaddr_in address;
static long prefix, count, limit_ms = 1000;
static int poller;
static uint64_t done, slots[64 * 32];

void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

uint64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

/* Times are counted in slots, 32 to a power of two, so that a percentile is right to 3 %. */
void note(uint64_t ns) {
  int power = 63 - __builtin_clzll(ns | 32);
  slots[(power - 5) * 32 + (int)((ns | 32) >> (power - 5) & 31)]++;
  done++;
}

static double percentile(double share) {
  uint64_t seen = 0, wanted = (uint64_t)(share * (double)done);
  for (int slot = 0; slot < 64 * 32; slot++)
    if ((seen += slots[slot]) > wanted) return (double)((32ull + slot % 32) << (slot / 32)) / 1000;
  return 0;
}

void report(void) {
  const char *comma = "";
  printf("{\"count\":%lu,\"seconds\":%.6f,\"p50\":%.1f,\"p99\":%.1f,\"lost\":%lu,\"failures\":{", done,
         (double)(now() - begin) / 1e9, percentile(0.5), percentile(0.99), lost);
  for (int code = 1; code <= MAX_ERRNO; code++)
    if (failures[code]) printf("%s\"%d\":%lu", comma, code, failures[code]), comma = ",";
  puts("}}");
}

int is_over(void) {
  return count ? done >= (uint64_t)count : now() - begin >= (uint64_t)limit_ms * 1000000;
}

void watch(struct connection *one) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = one};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, one->fd, &event) < 0) fail("epoll_ctl");
}

int open_socket(int type) {
  int fd = socket(AF_INET, type, 0);
  if (fd < 0) fail("socket");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS) return fd;
  int why = errno;
  close(fd);
  errno = why;
  return -1;
}

void open_all(int type) {
  for (long index = 0; index < connections; index++) {
    int fd = all[index].fd = open_socket(type), on = 1;
    if (fd < 0) fail("connect");
    if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) fail("fcntl");
  }
}

void serve(void) {
  struct epoll_event events[256];
  uint64_t looked = now();
  while (!is_over()) {
    int found = epoll_wait(poller, events, 256, 50);
    if (found < 0) fail("epoll_wait");
    for (int index = 0; index < found; index++) mode->ready(events[index].data.ptr, events[index].events);
    if (!mode->tick || now() - looked < 50000000u) continue;
    looked = now();
    mode->tick();
  }
  report();
}

static const struct mode modes[] = {
  {"echo", 64, 64, run_echo, echo_ready, NULL},
  {"short", 16, 64, run_short, short_ready, NULL},
  {"udp", 64, 64, run_udp, udp_ready, udp_give_up},
  {"idle", 10000, 64, run_idle, NULL, NULL},
  {"bulk", 1, 16 << 20, run_bulk, NULL, NULL},
  {0},
};

static long number_of(const char *text, long least, long most) {
  char *end;
  long value = strtol(text, &end, 10);
  if (end == text || *end || value < least || value > most) errno = EINVAL, fail(text);
  return value;
}

static const struct { const char *name; long *value, least, most; } options[] = {
  {"connections", &connections, 1, MAX_CONNECTIONS}, {"bytes", &bytes, 4, 1 << 30}, {"prefix", &prefix, 0, 4},
  {"depth", &depth, 1, MAX_DEPTH}, {"count", &count, 1, 1000000000}, {"ms", &limit_ms, 1, LIMIT_SECONDS * 1000},
};

static void read_option(char *text) {
  size_t length = strcspn(text, "=");
  for (size_t index = 0; index < sizeof options / sizeof *options; index++) {
    if (!text[length] || strlen(options[index].name) != length || strncmp(options[index].name, text, length)) continue;
    *options[index].value = number_of(text + length + 1, options[index].least, options[index].most);
    return;
  }
  errno = EINVAL, fail(text);
}

static void read_address(char *text) {
  char *port = strchr(text, ':');
  if (!port) errno = EINVAL, fail(text);
  *port++ = 0;
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)number_of(port, 1, 65535));
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1 || ntohl(address.sin_addr.s_addr) >> 24 != 127)
    errno = EACCES, fail("an address that is not this machine's loopback");
}

/* The message again and again; one more of them than is ever read, as reading begins anywhere in the first. */
static void make_pattern(void) {
  uint32_t length = (uint32_t)bytes;
  long size = mode->ready ? CHUNK + 2 * message : message;
  if (!(pattern = malloc((size_t)size))) fail("malloc");
  for (long at = 0; at < size; at++) pattern[at] = (unsigned char)('a' + at % message % 26);
  for (long at = 0; prefix && at + 4 <= size; at += message) memcpy(pattern + at, &length, 4);
}

int main(int argc, char **argv) {
  if (argc < 3) errno = EINVAL, fail("usage: MODE 127.0.0.1:PORT [name=value…]");
  for (mode = modes; mode->name && strcmp(mode->name, argv[1]); mode++);
  if (!mode->name) errno = EINVAL, fail(argv[1]);
  read_address(argv[2]);
  connections = mode->connections;
  bytes = mode->bytes;
  prefix = mode->ready ? 0 : 4;
  for (int index = 3; index < argc; index++) read_option(argv[index]);
  message = bytes + prefix;
  if (prefix % 4 || (mode->ready && message > CHUNK)) errno = EINVAL, fail("prefix or bytes");
  make_pattern();
  alarm(LIMIT_SECONDS);
  if ((poller = epoll_create1(0)) < 0) fail("epoll_create1");
  mode->run();
  return 0;
}
