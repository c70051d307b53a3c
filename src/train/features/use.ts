/** Where a phase has the features from, which its frozen layers make of the pictures. */
export interface FeaturesUse {
  /** The last of the layers that come before any trained one. */
  readonly cut: string;
  /** `computed` before its first epoch, for all of them; `cache`: another phase or run did that. */
  readonly from: 'computed' | 'cache' | 'each batch';
  /** Why they are computed for each batch. */
  readonly reason: string | null;
  /** Of what holds them in the store. */
  readonly keys: readonly string[];
}

/** E.g. `features after block5_pool: from the cache`. */
export function describeUse({ cut, from, reason }: FeaturesUse): string {
  const where = { computed: 'computed once', cache: 'from the cache', 'each batch': 'not kept' }[
    from
  ];
  return `features after ${cut}: ${where}${reason ? `, because ${reason}` : ''}`;
}
