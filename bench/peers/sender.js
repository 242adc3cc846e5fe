// The peer of our queue in Node.js itself: sends so many small objects over the channel of child_process.
process.once('message', (count) => {
  let i = 0;
  const send = () => {
    while (i < count) {
      const item = { id: i++, name: 'seat', seats: 2, ok: true };
      if (!process.send(item)) {
        setImmediate(send);
        return;
      }
    }
    process.disconnect();
  };
  send();
});
