/** What a wrapped data key is bound to: it opens with the same values only. */
export interface KeyContext {
  readonly tenant: string;
  readonly id: string;
}

export interface WrappedKey {
  /** Of the master key. */
  readonly version: number;
  readonly wrapped: Uint8Array;
}

/**
 * The keys that encrypt data keys. {@link Keyring} keeps them in a file; a key management service can take its place, which
 * then never hands them out.
 */
export interface MasterKeys {
  /** The version that new data keys are wrapped with. */
  currentVersion(): Promise<number>;
  /** Wraps with the current version. */
  wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey>;
  /**
   * @throws UnknownKeyVersion
   * @throws KeyDoesNotFit when the wrapped key was changed, or belongs to another context
   */
  unwrap(key: WrappedKey, context: KeyContext): Promise<Buffer>;
}

/** Master keys that can be renewed from here. */
export interface RotatableKeys extends MasterKeys {
  versions(): Promise<readonly number[]>;
  /** Adds a key and makes it the current one. Returns when it will survive a power failure. */
  add(): Promise<number>;
  /** Forgets a key, for good. The current one stays. */
  retire(version: number): Promise<void>;
}

/** A data key was wrapped by a master key that is not there. */
export class UnknownKeyVersion extends Error {
  override readonly name = "UnknownKeyVersion";
  readonly code = "UNKNOWN_KEY_VERSION";

  constructor(
    readonly version: number,
    /** The keyring's file, or what stands in its place. */
    readonly where: string,
  ) {
    super(
      `${where} has no master key of version ${version}: it is not the keyring that belongs to this vault, or an old copy of it.`,
    );
  }
}

/** A wrapped data key does not open. */
export class KeyDoesNotFit extends Error {
  override readonly name = "KeyDoesNotFit";
  readonly code = "KEY_DOES_NOT_FIT";

  constructor(readonly version: number) {
    super(`master key ${version} does not open this data key`);
  }
}
