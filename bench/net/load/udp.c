/* Datagrams: see load.c. */
#include "load.h"
#include <string.h>

/* Every datagram has a number, so that a late answer is not taken for that to the next one. */
static void udp_send(struct connection *one) {
  uint32_t number = (uint32_t)++one->sent;
  memcpy(pattern, &number, sizeof number);
  one->began[0] = now();
  if (send(one->fd, pattern, (size_t)bytes, 0) < 0) failures[errno]++;
}

void udp_ready(struct connection *one, uint32_t events) {
  while (events & (EPOLLIN | EPOLLERR)) {
    ssize_t got = recv(one->fd, inbox, CHUNK, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) failures[errno]++;
    uint32_t number = (uint32_t)one->sent;
    if (got != bytes || memcmp(inbox, &number, sizeof number) != 0) continue;
    note(now() - one->began[0]);
    udp_send(one);
    return; /* only what is late can be there, too, until the answer to this one comes */
  }
}

/* After a tenth of a second without its answer a datagram is lost, and the next one is sent. */
void udp_give_up(void) {
  uint64_t at = now();
  for (long index = 0; index < connections; index++) {
    if (at - all[index].began[0] < 100000000u) continue;
    lost++;
    udp_send(&all[index]);
  }
}

void run_udp(void) {
  open_all(SOCK_DGRAM);
  begin = now();
  for (long index = 0; index < connections; index++) watch(&all[index]), udp_send(&all[index]);
  serve();
}
