import net from 'node:net';

/*
 * Loaded by `--import` into the Portkey gateway's process: it would listen on every address, at a
 * port of its own. Here it listens on loopback, where the system has room, says where, and ends with
 * the process that started it.
 */
const listen = net.Server.prototype.listen;

Object.assign(net.Server.prototype, {
  listen(this: net.Server) {
    this.once('listening', () => {
      const address = this.address();
      if (address === null || typeof address === 'string') return;
      process.stdout.write(`ready at http://127.0.0.1:${address.port}\n`);
    });
    return listen.call(this, { port: 0, host: '127.0.0.1', backlog: 4_096 });
  },
});

process.once('disconnect', () => process.exit());
