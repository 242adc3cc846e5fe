// The peer of our queue in Node.js itself, for large messages: sends so many buffers over the channel of child_process.
process.once('message', ({ count, bytes }) => {
  const item = new Uint8Array(bytes);
  let sent = 0;
  const send = () => {
    if (sent++ === count) process.disconnect();
    else process.send(item, send);
  };
  send();
});
