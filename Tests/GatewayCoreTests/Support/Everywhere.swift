/// Runs `body` for many seeds inside one test; a failure's message should carry the seed.
func forEverySeed(
  _ seeds: Range<UInt64>, _ body: (UInt64, inout SplitMix64) throws -> Void
) rethrows {
  for seed in seeds {
    var random = SplitMix64(seed: seed)
    try body(seed, &random)
  }
}
