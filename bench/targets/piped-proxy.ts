import http from 'node:http';
import { pipeline } from 'node:stream';
import { Pool } from 'undici';
import { listen, passedOn, upstreamUrl } from './proxy-process.ts';

/** What a person would write who wants a proxy in Node: both bodies piped, and nothing else done. */
const pool = new Pool(upstreamUrl);

listen(
  http.createServer(async (req, res) => {
    try {
      const answer = await pool.request({
        path: req.url ?? '/',
        method: req.method ?? 'GET',
        headers: passedOn(req.headers),
        body: req,
      });
      res.writeHead(answer.statusCode, passedOn(answer.headers));
      pipeline(answer.body, res, () => {});
    } catch {
      res.destroy();
    }
  }),
);
