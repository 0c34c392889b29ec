#include "temper/corrupt/arrays/row_kernels.h"

// This file is compiled once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/corrupt/arrays/row_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace temper::corrupt::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

void AddScaled(const double* in, double weight, std::int64_t count, double* out) {
  const hn::ScalableTag<double> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto weights = hn::Set(d, weight);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::Add(hn::LoadU(d, out + i), hn::Mul(weights, hn::LoadU(d, in + i))), d, out + i);
  for (; i < count; ++i) out[i] += weight * in[i];
}

void AddScaledPairs(const double* a, const double* b, double weight, std::int64_t count,
                    double* out) {
  const hn::ScalableTag<double> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto weights = hn::Set(d, weight);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto both = hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i));
    hn::StoreU(hn::Add(hn::LoadU(d, out + i), hn::Mul(both, weights)), d, out + i);
  }
  for (; i < count; ++i) out[i] += (a[i] + b[i]) * weight;
}

}  // namespace
}  // namespace temper::corrupt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::corrupt::kernels {

HWY_EXPORT(AddScaled);
HWY_EXPORT(AddScaledPairs);

void add_scaled(const double* in, double weight, std::int64_t count, double* out) {
  HWY_DYNAMIC_DISPATCH(AddScaled)(in, weight, count, out);
}

void add_scaled_pairs(const double* a, const double* b, double weight, std::int64_t count,
                      double* out) {
  HWY_DYNAMIC_DISPATCH(AddScaledPairs)(a, b, weight, count, out);
}

}  // namespace temper::corrupt::kernels
#endif
