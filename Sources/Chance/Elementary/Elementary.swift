/// The elementary and special functions of the lab, the same bits on every machine.
///
/// The platform's `log`, `exp` and `pow` differ in the last bit between processors and C libraries,
/// and one last bit can reorder two events. These use + − × ÷, square root and bit operations only,
/// in a fixed order without fused multiply-adds, so IEEE 754 fixes every bit. Polynomials are our
/// own: interpolation at Chebyshev nodes in 60-digit arithmetic, rounded to double. Bounds are in
/// units in the last place (ulp), as measured by the tests against a 40-digit table.
public enum Elementary {}
