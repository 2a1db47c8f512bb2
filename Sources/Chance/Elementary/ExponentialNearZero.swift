extension Elementary {
  /// e^x − 1 without losing what subtracting 1 would cancel.
  ///
  /// e^r − 1 = r + r²·Q(r) as in `exp`, then 2^k·((1 − 2^−k) + (e^r − 1)).
  /// - Bounds: error below 2 ulp.
  public static func expm1(_ x: Double) -> Double {
    if x.magnitude < 0x1p-54 { return x }
    if x.magnitude <= 0.3465 { return x + expTail(x) }
    guard x < 40 else { return exp(x) }
    guard x > -40 else { return x.isNaN ? x : -1 }
    let (k, tail, r) = reduceExp(x)
    return ((1 - power2(-k)) + (r + tail)) * power2(k)
  }
}
