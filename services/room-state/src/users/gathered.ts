/** Questions of one call at most. */
const maxTogether = 256;

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks many questions in few calls: one call is under way at a time, and what comes meanwhile shares the next. Questions of
 * one key are asked once and get one answer. A call that fails fails all its questions.
 */
export class Gathered<Question, Answer> {
  #next = new Map<string, { readonly question: Question; readonly waiting: Waiting<Answer>[] }>();
  #running = false;

  constructor(
    private readonly keyOf: (question: Question) => string,
    private readonly call: (questions: readonly Question[]) => Promise<ReadonlyMap<string, Answer>>,
  ) {}

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const key = this.keyOf(question);
      const asked = this.#next.get(key) ?? { question, waiting: [] };
      asked.waiting.push({ resolve, reject });
      this.#next.set(key, asked);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#next.size > 0) {
      const taken = [...this.#next].slice(0, maxTogether);
      for (const [key] of taken) this.#next.delete(key);
      await this.#answer(taken);
    }
    this.#running = false;
  }

  async #answer(
    taken: readonly (readonly [
      string,
      { readonly question: Question; readonly waiting: readonly Waiting<Answer>[] },
    ])[],
  ): Promise<void> {
    try {
      const answers = await this.call(taken.map(([, { question }]) => question));
      for (const [key, { waiting }] of taken) {
        const answer = answers.get(key);
        for (const { resolve, reject } of waiting)
          if (answer === undefined) reject(new Error('a question got no answer'));
          else resolve(answer);
      }
    } catch (error) {
      for (const [, { waiting }] of taken) for (const { reject } of waiting) reject(error);
    }
  }
}
