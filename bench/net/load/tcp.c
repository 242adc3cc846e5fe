/* Streams: see load.c. */
#include "load.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const unsigned char *expected(uint64_t at) { return pattern + at % (uint64_t)message; }

/* Has `depth` messages under way. */
static void echo_send(struct connection *one) {
  uint64_t window = one->got / (uint64_t)message * (uint64_t)message + (uint64_t)(message * depth);
  uint64_t fresh = (one->sent + (uint64_t)message - 1) / (uint64_t)message; /* the first message not yet begun */
  while (one->sent < window) {
    uint64_t most = window - one->sent < CHUNK ? window - one->sent : CHUNK, at = now();
    ssize_t wrote = send(one->fd, expected(one->sent), most, MSG_NOSIGNAL);
    if (wrote < 0 && errno == EAGAIN) return; /* it will be writable again */
    if (wrote < 0) fail("send");
    one->sent += (uint64_t)wrote;
    for (; fresh * (uint64_t)message < one->sent; fresh++) one->began[fresh % (uint64_t)depth] = at;
  }
}

static void echo_receive(struct connection *one) {
  ssize_t got;
  do {
    got = recv(one->fd, inbox, CHUNK, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got == 0) errno = EPIPE;
    if (got <= 0) fail("receive");
    if (memcmp(inbox, expected(one->got), (size_t)got) != 0) errno = EBADMSG, fail("what came back");
    uint64_t whole = one->got / (uint64_t)message, at = now();
    one->got += (uint64_t)got;
    for (; whole < one->got / (uint64_t)message; whole++) note(at - one->began[whole % (uint64_t)depth]);
  } while (got == CHUNK);
}

void echo_ready(struct connection *one, uint32_t events) {
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) echo_receive(one);
  echo_send(one);
}

static void short_open(struct connection *one) {
  *one = (struct connection){.began = {now()}};
  while ((one->fd = open_socket(SOCK_STREAM | SOCK_NONBLOCK)) < 0 && !is_over()) failures[errno]++;
  if (one->fd >= 0) watch(one);
}

/* Ends it with a reset, which leaves no port waiting, and begins the next one. */
static void short_next(struct connection *one, int failure) {
  struct linger at_once = {1, 0};
  setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(one->fd);
  if (failure) failures[failure]++;
  else note(now() - one->began[0]);
  short_open(one);
}

void short_ready(struct connection *one, uint32_t events) {
  if (one->sent == 0 && events & EPOLLOUT) {
    ssize_t wrote = send(one->fd, pattern, (size_t)message, MSG_NOSIGNAL);
    if (wrote != message) return short_next(one, wrote < 0 ? errno : EAGAIN);
    one->sent = (uint64_t)wrote;
  }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  ssize_t got = recv(one->fd, inbox, CHUNK, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return short_next(one, got < 0 ? errno : EPIPE);
  if (memcmp(inbox, expected(one->got), (size_t)got) != 0) return short_next(one, EBADMSG);
  if ((one->got += (uint64_t)got) >= (uint64_t)message) short_next(one, 0);
}

void run_echo(void) {
  open_all(SOCK_STREAM);
  begin = now();
  for (long index = 0; index < connections; index++) watch(&all[index]); /* the first event is: writable */
  serve();
}

void run_short(void) {
  begin = now();
  for (long index = 0; index < connections; index++) short_open(&all[index]);
  serve();
}

void run_idle(void) {
  open_all(SOCK_STREAM);
  printf("{\"count\":%ld}\n", connections);
  fflush(stdout);
  while (read(0, inbox, CHUNK) > 0);
}

void run_bulk(void) {
  int fd = open_socket(SOCK_STREAM);
  if (fd < 0) fail("connect");
  begin = now();
  for (long sent = 0; sent < message;) {
    ssize_t wrote = send(fd, pattern + sent, (size_t)(message - sent), MSG_NOSIGNAL);
    if (wrote < 0) fail("send");
    sent += wrote;
  }
  if (recv(fd, inbox, 1, 0) != 1) fail("receive");
  note(now() - begin);
  report();
}
