import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { ensureChromium } from '../../scripts/ensure-services.ts';
import { ADMIN, makeGatewayHome } from '../targets/gateway.ts';
import { fillVault } from './fill-vault.ts';
import { type ConsoleRound, consoleReport } from './report.ts';
import { lookAtList, openEmptyPage, openVault, scroll } from './scroll.ts';

const NOTHING_LISTENS = 'http://127.0.0.1:9/v1';
const ROW = '#vault-list [aria-rowindex="2"]';
const EMPTY = 'text=The vault is empty';

const loadNow = () => (loadavg()[0] ?? 0).toFixed(1);
const print = (line: string) => process.stdout.write(`${line}\n`);

async function signIn(page: Page, url: string): Promise<void> {
  const data = { username: ADMIN.username, password: ADMIN.password };
  const headers = { origin: url };
  const answer = await page.request.post(`${url}/trpc/sessions.signIn`, { headers, data });
  if (!answer.ok()) throw new Error(`The sign-in answered ${answer.status()}.`);
}

/** Scrolls through a long list of the vault in a browser and says how smooth that is. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      accounts: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
    },
  });
  const [accounts, rounds] = [Number(values.accounts), Number(values.rounds)];
  const lookMs = Number(values.seconds) * 1_000;
  if (!(accounts >= 1 && rounds >= 1 && lookMs > 0)) {
    throw new Error('npm run bench:console -- [--accounts 10000] [--rounds 5] [--seconds 4]');
  }
  const load = loadNow();
  const executablePath = await ensureChromium();
  if (executablePath === null) {
    throw new Error('No Chromium found: run "npx playwright install chromium".');
  }
  await using home = await makeGatewayHome([
    { id: 'bench', protocol: 'openai-chat', baseUrl: NOTHING_LISTENS, model: 'gpt-bench' },
  ]);
  await using server = await home.start();
  const browser = await chromium.launch({ executablePath });
  try {
    const page = await browser.newPage({
      viewport: { width: 1_440, height: 900 },
      locale: 'en-US',
    });
    await signIn(page, server.url);
    // The first opening fills caches; it is not counted.
    await openVault(page, server.url, EMPTY);
    const without: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      without.push(await openVault(page, server.url, EMPTY));
    }
    await fillVault(home.folder, ADMIN.username, accounts);
    await openVault(page, server.url, ROW);
    await scroll(page, 1_000);

    const measured: ConsoleRound[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await openEmptyPage(page);
      const empty = await scroll(page, lookMs);
      const firstRows = await openVault(page, server.url, ROW);
      const list = await scroll(page, lookMs);
      measured.push({ empty, list, firstRows, ...(await lookAtList(page)) });
    }
    print(consoleReport(accounts, without, measured));
    print(`\nLoad average ${load} at the start, ${loadNow()} at the end.`);
  } finally {
    await browser.close();
  }
}

await main();
