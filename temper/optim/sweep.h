#pragma once
#include <ATen/TensorIterator.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sqrt.h>
#include <c10/util/BFloat16.h>

#include <array>
#include <cmath>
#include <type_traits>
#include <utility>

#include "temper/optim/bucket.h"

/// Update rules are written once, as arithmetic on numbers, and applied to whole parameters in one
/// pass over memory. A rule is a struct of plain doubles with
///
///   template <class N> void operator()(N& w, N g, N&... remembered) const
///
/// where N is the type of an element (float, double: one vectorized loop) or at::Tensor (other
/// types and devices: LibTorch's own kernels). Constants are converted with constant<N>(). The loop
/// over floats also writes the new weights to a bfloat16 copy, where there is one.
namespace temper::optim {

/// A rule's constant, for arithmetic with numbers of type N.
template <class N>
constexpr auto constant(double value) {
  if constexpr (std::is_floating_point_v<N>)
    return static_cast<N>(value);
  else
    return value;
}

template <class N>
N root(const N& x) {
  if constexpr (std::is_floating_point_v<N>)
    return std::sqrt(x);
  else
    return at::sqrt(x);
}

template <class N>
N larger(const N& a, const N& b) {
  if constexpr (std::is_floating_point_v<N>)
    return a > b ? a : b;
  else
    return at::maximum(a, b);
}

/// -1, 0 or 1.
template <class N>
N sign(const N& x) {
  if constexpr (std::is_floating_point_v<N>)
    return static_cast<N>((x > 0) - (x < 0));
  else
    return at::sign(x);
}

namespace detail {

#if defined(__x86_64__)
/// Loops are compiled for every x86-64 CPU and for those with AVX2 and FMA; has_wide() selects.
#define TEMPER_WIDE __attribute__((target("avx2,fma")))
inline bool has_wide() {
  static const bool found = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return found;
}
#else
#define TEMPER_WIDE
inline bool has_wide() {
  return false;
}
#endif

/// Copy: at::BFloat16, or void where there is no copy to write.
template <class T, class Copy, class Rule, class... P>
[[gnu::always_inline]] inline void loop(Rule rule, std::int64_t n, T* __restrict w,
                                        Copy* __restrict copy, const T* __restrict g,
                                        P* __restrict... state_tensors) {
  // g++ ignores __restrict in a pack and would check at run time whether the arrays overlap; for as
  // many as a rule with three state tensors and a copy has, it would not vectorize at all.
#if !defined(__clang__)
#pragma GCC ivdep
#endif
  for (std::int64_t i = 0; i < n; ++i) {
    T value = w[i];
    rule(value, g[i], state_tensors[i]...);
    w[i] = value;
    if constexpr (!std::is_void_v<Copy>) copy[i] = static_cast<Copy>(value);
  }
}

template <class T, class Copy, class Rule, class... P>
TEMPER_WIDE void wide_loop(const Rule& rule, std::int64_t n, T* w, Copy* copy, const T* g,
                           P*... state_tensors) {
  loop(rule, n, w, copy, g, state_tensors...);
}

template <class T, class Copy, class Rule, class... P>
void narrow_loop(const Rule& rule, std::int64_t n, T* w, Copy* copy, const T* g,
                 P*... state_tensors) {
  loop(rule, n, w, copy, g, state_tensors...);
}

/// Applies the rule to one parameter, its elements divided among LibTorch's intra-op threads.
/// data: w, remembered..., the copy if there is one, g.
template <class T, class Copy, class Rule, std::size_t... I>
void elements(at::TensorIterator& iterator, const Rule& rule, std::index_sequence<I...>) {
  const auto update = has_wide() ? wide_loop<T, Copy, Rule, std::enable_if_t<(I >= 0), T>...>
                                 : narrow_loop<T, Copy, Rule, std::enable_if_t<(I >= 0), T>...>;
  const auto gradient = static_cast<std::size_t>(iterator.noutputs());
  iterator.for_each([&](char** data, const std::int64_t*, std::int64_t n) {
    const auto at = [&](std::size_t i) { return reinterpret_cast<T*>(data[i]); };
    auto* copy = reinterpret_cast<Copy*>(data[sizeof...(I) + 1]);
    update(rule, n, at(0), copy, at(gradient), at(I + 1)...);
  });
}

template <class Rule, std::size_t... I>
void tensors(Bucket& bucket, std::size_t i, const Rule& rule, std::index_sequence<I...>) {
  at::Tensor value = bucket.values[i];
  // NOLINTNEXTLINE(misc-const-correctness): the rule writes to them, if there are any
  std::array<at::Tensor, sizeof...(I)> state_tensors{bucket.memory[I][i]...};
  rule(value, bucket.gradients[i], state_tensors[I]...);
  bucket.values[i].copy_(value);
  (bucket.memory[I][i].copy_(state_tensors[I]), ...);
}

}  // namespace detail

/// Applies the rule to parameter i of the bucket and the first `remembered` tensors of its memory.
template <std::size_t state_tensors, class Rule>
void sweep_one(Bucket& bucket, std::size_t i, const Rule& rule) {
  constexpr auto all = std::make_index_sequence<state_tensors>{};
  const auto& value = bucket.values[i];
  const auto type = value.scalar_type();
  if (!value.is_cpu() || (type != at::kFloat && type != at::kDouble)) {
    detail::tensors(bucket, i, rule, all);
    return;
  }
  at::TensorIteratorConfig config;
  config.set_check_mem_overlap(false).add_output(value);
  for (std::size_t what = 0; what < state_tensors; ++what)
    config.add_output(bucket.memory[what][i]);
  const auto& copy = bucket.copies[i];
  if (copy.defined()) config.check_all_same_dtype(false).add_output(copy);
  auto iterator = config.add_const_input(bucket.gradients[i]).build();
  if (type == at::kDouble)
    detail::elements<double, void>(iterator, rule, all);
  else if (copy.defined())
    detail::elements<float, at::BFloat16>(iterator, rule, all);
  else
    detail::elements<float, void>(iterator, rule, all);
  bucket.copied[i] = copy.defined();
}

/// Applies the rule to every parameter of the bucket.
template <std::size_t state_tensors, class Rule>
void sweep(Bucket& bucket, const Rule& rule) {
  for (std::size_t i = 0; i < bucket.values.size(); ++i) sweep_one<state_tensors>(bucket, i, rule);
}

}  // namespace temper::optim
