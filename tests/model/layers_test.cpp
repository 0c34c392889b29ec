#include "temper/model/layers.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace temper::model {
namespace {

// oneDNN's own strided form corrupts memory there, so the input is subsampled before it.
TEST(Convolution, OfFewChannelsWithAStrideIsTheStridedOne) {
  for (const std::int64_t channels : {2, 4, 8, 16}) {
    Weights weights(1);
    const Convolution convolve(weights, "c", channels, 2 * channels, 1, 2);
    const auto x = at::randn({3, channels, 7, 6});
    const auto expected = at::convolution(x, convolve.weight.parameter(), {}, {2, 2}, {0, 0},
                                          {1, 1}, false, {0, 0}, 1);
    EXPECT_TRUE(convolve(x).allclose(expected, 1e-5, 1e-6)) << channels;
  }
}

TEST(Convolution, OfFewChannelsWithAStrideLearnsOnLargePictures) {
  for (const std::int64_t channels : {2, 4, 8}) {
    Weights weights(1);
    const Convolution convolve(weights, "c", channels, 2 * channels, 1, 2);
    for (int i = 0; i < 5; ++i) {
      const auto x = at::randn({16, channels, 48, 48})
                         .contiguous(at::MemoryFormat::ChannelsLast)
                         .requires_grad_();
      convolve(x).sum().backward();
      ASSERT_TRUE(x.grad().isfinite().all().item<bool>());
    }
  }
}

}  // namespace
}  // namespace temper::model
