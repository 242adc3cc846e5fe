/**
 * Answers the requests that come over one connection, several at once.
 *
 *     receive ──▶ with an id: all at once, answered as each is done
 *             ──▶ without:    one after the other, answered in order
 *
 * While as many are at work as may be, nothing more is received, and whoever asks has to wait.
 *
 * @module
 */
import { DuodaoError } from '../../base/index.ts';
import type { DictHeader, DictMessage } from '../../wire/index.ts';
import type { Address } from '../address.ts';
import type { Body } from '../connection/body-source.ts';
import { ERROR, idIn, REPLY_TO, type RequestId, withoutFields } from './fields.ts';
import { errorField } from './remote-error.ts';
import type { DictConnection } from './requester-options.ts';

/** What a request is answered with: a header, a body, or both. */
export interface AnswerParts {
  /** Our fields (`x_id`, `x_reply_to`, `x_error`) are not taken from it. */
  readonly header?: DictHeader;
  readonly body?: Body;
}

/** A body alone, or with a header; nothing is an answer without either. */
export type Answer = AnswerParts | Uint8Array | string | undefined | void;

/** Answers one request. What it throws is told to who asked: by name, message and code. */
export type AnswerFunction = (
  header: DictHeader,
  body: Buffer,
  clientAddress: Address,
) => Answer | Promise<Answer>;

export interface AnswerPlan {
  readonly answer: AnswerFunction;
  readonly concurrency: number;
  readonly exposeErrors: boolean;
  /** Is told of what an answer failed with. It must not throw. */
  readonly failed: (error: unknown) => void;
}

/** Until the other side has ended and all is answered. Rejects when the connection was lost. */
export async function answerAll(
  connection: DictConnection,
  client: Address,
  plan: AnswerPlan,
): Promise<void> {
  if (connection.framing !== 'dict')
    throw new TypeError(
      `Cannot answer requests as the framing of the server must be dictHeader(): it is ${connection.framing}`,
    );
  await new Answerer(connection, client, plan).run();
}

class Answerer {
  readonly #connection: DictConnection;
  readonly #client: Address;
  readonly #plan: AnswerPlan;
  /** The last of those that are answered in order. */
  #inOrder: Promise<void> = Promise.resolve();
  #atWork = 0;
  #onDone: (() => void) | undefined;

  constructor(connection: DictConnection, client: Address, plan: AnswerPlan) {
    this.#connection = connection;
    this.#client = client;
    this.#plan = plan;
  }

  async run(): Promise<void> {
    try {
      for await (const message of this.#connection) {
        this.#begin(message);
        await this.#until(this.#plan.concurrency - 1);
      }
    } finally {
      // What is at work is answered when the other side has only ended its own sending.
      await this.#until(0);
    }
  }

  /** Waits until no more than so many are at work. */
  async #until(most: number): Promise<void> {
    while (this.#atWork > most)
      await new Promise<void>((resolve) => {
        this.#onDone = resolve;
      });
  }

  #begin(message: DictMessage): void {
    this.#atWork++;
    let id: RequestId | undefined;
    let answer: () => Promise<Answer>;
    try {
      id = idIn(message.header);
      answer = async () => this.#plan.answer(message.header, message.body, this.#client);
    } catch (error) {
      answer = () => Promise.reject(error);
    }
    const work = async (): Promise<void> => {
      await this.#answer(answer, id === undefined ? {} : { [REPLY_TO]: id });
      this.#atWork--;
      this.#onDone?.();
    };
    if (id === undefined) this.#inOrder = this.#inOrder.then(work);
    else void work(); // it never rejects
  }

  async #answer(answer: () => Promise<Answer>, reply: DictHeader): Promise<void> {
    let parts: AnswerParts;
    try {
      parts = partsOf(await answer());
    } catch (error) {
      await this.#refuse(error, reply);
      return;
    }
    try {
      await this.#send({ ...withoutFields(parts.header ?? {}), ...reply }, parts.body);
    } catch (error) {
      // Otherwise the connection is over, and the reader tells why.
      if (isOfAnswer(error)) await this.#refuse(error, reply);
    }
  }

  async #refuse(error: unknown, reply: DictHeader): Promise<void> {
    const { exposeErrors, failed } = this.#plan;
    failed(error);
    const fields = [
      errorField(error, exposeErrors),
      errorField(error, false),
      { name: 'Error', message: '' },
    ];
    for (const field of fields) {
      try {
        await this.#send({ ...reply, [ERROR]: field }, undefined);
        return;
      } catch (failure) {
        if (!isOfAnswer(failure)) return;
        // It was too long for the limits of this server: then less is said.
      }
    }
  }

  #send(header: DictHeader, body: Body | undefined): Promise<void> {
    return this.#connection.send(header, body as string);
  }
}

/** Whether an answer could not be sent as it is, rather than that nobody is there to take it. */
function isOfAnswer(error: unknown): boolean {
  return !(error instanceof DuodaoError) || error.code === 'over-limit';
}

function partsOf(answer: Answer): AnswerParts {
  if (answer === undefined) return {};
  if (typeof answer === 'string' || answer instanceof Uint8Array) return { body: answer };
  const { header = {} } = answer ?? {};
  const isParts = typeof answer === 'object' && !Array.isArray(answer);
  if (isParts && typeof header === 'object' && header !== null && !Array.isArray(header)) return answer;
  throw new TypeError(
    `Cannot answer the request as an answer must be { header?, body? }, bytes or a string: it is ${
      answer === null ? 'null' : typeof answer
    }`,
  );
}
