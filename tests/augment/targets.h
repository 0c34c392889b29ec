#pragma once
#include <gtest/gtest.h>

#include <hwy/highway.h>
#include <functional>

#include "temper/augment/pixels/dot_products.h"

namespace temper::augment {

/// Calls `test` once for each set of vector instructions that the processor has and the kernels are
/// made for, and once with dot products where it has them.
inline void for_each_target(const std::function<void()>& test) {
  std::size_t count = 0;
  kernels::use_dot_products(false);
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    test();
    ++count;
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  kernels::use_dot_products(true);
  SCOPED_TRACE("dot products");
  if (kernels::has_dot_products()) test();
  EXPECT_GE(count, 2U);
}

}  // namespace temper::augment
