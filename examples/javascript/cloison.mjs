// A client of Cloison in Node 20 or later, without a dependency: tokens, requests, webhooks.
//
// Two ways to show who one is, whichever suits:
//   certificate  a client certificate on the connection; the token is of use only with it (RFC 8705)
//   DPoP         a signature over each request; the token is of use only with its key (RFC 9449)

import { createHash, createPrivateKey, createPublicKey, randomUUID, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const EARLY_SECONDS = 30;
const WEBHOOK_SECONDS = 300;

/** The files of a client: its key, its certificate, and the authority of the server (a sandbox has its own). */
export function filesOf(folder, name) {
  return {
    key: readFileSync(join(folder, `${name}.key.pem`)),
    cert: readFileSync(join(folder, `${name}.crt.pem`)),
    ca: readFileSync(join(folder, 'ca.pem')),
  };
}

/** A `fetch` that connects with these files. Without `key` and `cert` it shows no certificate. */
export function fetchWith(files) {
  const agent = new Agent({ ...files, keepAlive: true });
  return async (url, options = {}) => {
    const headers = Object.fromEntries(new Headers(options.headers ?? {}));
    const body = options.body === undefined ? undefined : Buffer.from(String(options.body));
    if (body !== undefined) headers['content-length'] = String(body.length);
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: options.method ?? 'GET', headers, agent }, (answer) => {
        const pieces = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () => {
          const empty = [204, 304].includes(answer.statusCode) || options.method === 'HEAD';
          resolve(new Response(empty ? null : Buffer.concat(pieces), {
            status: answer.statusCode,
            headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
          }));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  };
}

/** What went wrong, as Cloison tells it: `code`, `message`, `action`, `actor`, `retry`, `doc_url`, `request_id`. */
export class Problem extends Error {
  constructor(status, told) {
    super(`${status} ${told?.code ?? told?.issue?.[0]?.details?.coding?.[0]?.code ?? ''}`);
    this.status = status;
    this.told = told;
  }
}

/** A machine client that shows its certificate. Asks for a token when it has none that lasts. */
export class ByCertificate {
  constructor(site, folder, name) {
    this.site = site;
    this.name = name;
    this.fetch = fetchWith(filesOf(folder, name));
    this.until = 0;
  }

  async token() {
    if (Date.now() / 1000 > this.until - EARLY_SECONDS) {
      const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: this.name });
      const given = await asked(await this.fetch(`${this.site}/oauth/token`, posted(form)));
      this.held = given.access_token;
      this.until = Date.now() / 1000 + given.expires_in;
    }
    return this.held;
  }

  /** Send a request, and give the JSON of its answer. Throws Problem. */
  async send(method, path, body, headers = {}) {
    const authorization = `Bearer ${await this.token()}`;
    return asked(await this.fetch(`${this.site}${path}`, written(method, body, { authorization, ...headers })));
  }
}

/** A machine client that signs each request. `fetch` is the one of Node, or another. */
export class ByDpop {
  constructor(site, folder, name) {
    const { key, ca } = filesOf(folder, name);
    this.site = site;
    this.name = name;
    this.key = createPrivateKey(key);
    this.fetch = fetchWith({ ca });
    this.until = 0;
    this.nonce = '';
  }

  /** The proof for one request; `token` when it goes with one. */
  proof(method, url, token) {
    const claims = { htm: method, htu: url.split('?')[0], iat: seconds(), jti: randomUUID() };
    if (token) claims.ath = createHash('sha256').update(token).digest('base64url');
    if (this.nonce) claims.nonce = this.nonce;
    const { kty, crv, x, y } = createPublicKey(this.key).export({ format: 'jwk' });
    return signed({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }, claims, this.key);
  }

  async token() {
    if (seconds() > this.until - EARLY_SECONDS) {
      const url = `${this.site}/oauth/token`;
      const claims = { iss: this.name, sub: this.name, aud: url, jti: randomUUID(), iat: seconds(), exp: seconds() + 60 };
      const given = await this.retried('POST', url, () => posted(new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: ASSERTION,
        client_assertion: signed({ typ: 'JWT', alg: 'ES256' }, { ...claims, jti: randomUUID() }, this.key),
      })));
      this.held = given.access_token;
      this.until = seconds() + given.expires_in;
    }
    return this.held;
  }

  /** Send a request, and give the JSON of its answer. Throws Problem. */
  async send(method, path, body, headers = {}) {
    const token = await this.token();
    const authorization = `DPoP ${token}`;
    return this.retried(method, `${this.site}${path}`, () => written(method, body, { authorization, ...headers }), token);
  }

  /** The server gives a nonce with its first answer; a request without one is sent again with it. */
  async retried(method, url, options, token) {
    for (let attempt = 0; ; attempt += 1) {
      const sent = options();
      sent.headers.dpop = this.proof(method, url, token);
      const answer = await this.fetch(url, sent);
      const before = this.nonce;
      this.nonce = answer.headers.get('dpop-nonce') ?? this.nonce;
      if (answer.status !== 401 || this.nonce === before || attempt > 0) return asked(answer);
    }
  }
}

/** Whether a webhook is from Cloison, and of now. `key` is the member `key` of GET /v1/webhooks/key. */
export function genuine(headers, body, key, now = seconds()) {
  const [id, at] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!id || !/^\d+$/.test(at ?? '') || Math.abs(now - Number(at)) > WEBHOOK_SECONDS) return false;
  const x = Buffer.from(key.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const known = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const told = Buffer.concat([Buffer.from(`${id}.${at}.`), Buffer.from(body)]);
  return (headers['webhook-signature'] ?? '').split(' ').some((each) => {
    const [version, signature] = each.split(',');
    return version === 'v1a' && signature !== undefined && verify(null, told, known, Buffer.from(signature, 'base64'));
  });
}

const seconds = () => Math.floor(Date.now() / 1000);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signed(header, claims, key) {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function posted(form) {
  return { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() };
}

function written(method, body, headers) {
  if (body === undefined) return { method, headers };
  const kind = { 'content-type': 'application/json', ...headers };
  return { method, headers: kind, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

async function asked(answer) {
  const text = await answer.text();
  const told = text ? JSON.parse(text) : undefined;
  if (answer.status >= 400) throw new Problem(answer.status, told);
  return told;
}
