/** So many at a time; the others wait for their turn, in order. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** What ends the turn; undefined where all are taken. */
  tryTake(): Disposable | undefined {
    if (this.#free === 0) return undefined;
    this.#free--;
    return this.#turn();
  }

  async take(): Promise<Disposable> {
    const turn = this.tryTake();
    if (turn !== undefined) return turn;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#turn();
  }

  #turn(): Disposable {
    return { [Symbol.dispose]: () => this.#end() };
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
