#include "temper/augment/pixels/color_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "temper/augment/pixels/byte_table.h"
#include "temper/core/random.h"
#include "tests/augment/targets.h"

namespace temper::augment {
namespace {

using Samples = std::vector<std::uint8_t>;

/// There is no memory after the samples, so that sanitizers detect accesses beyond them.
Samples noise(std::int64_t size, std::uint64_t seed) {
  Random random(seed, Purpose::inspect);
  Samples samples(static_cast<std::size_t>(size));
  for (auto& sample : samples) sample = static_cast<std::uint8_t>(random.below(256));
  samples.shrink_to_fit();
  return samples;
}

ByteTable shuffled(std::uint64_t seed) {
  Random random(seed, Purpose::inspect);
  return table_of([&](int) { return random.below(256); });
}

TEST(ColorKernels, LookUpSamplesInRowsOfAnyWidth) {
  const auto table = shuffled(1);
  for_each_target([&] {
    for (std::int64_t count = 0; count < 200; ++count) {
      auto samples = noise(count, static_cast<std::uint64_t>(count));
      auto expected = samples;
      for (auto& sample : expected) sample = table[sample];
      kernels::look_up(samples.data(), count, table);
      ASSERT_EQ(samples, expected) << count;
    }
  });
}

TEST(ColorKernels, LookUpEachChannelInItsTable) {
  const std::array<ByteTable, 3> tables{shuffled(1), shuffled(2), shuffled(3)};
  for_each_target([&] {
    for (std::int64_t pixels = 0; pixels < 200; ++pixels) {
      auto samples = noise(3 * pixels, static_cast<std::uint64_t>(pixels));
      auto expected = samples;
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = tables[i % 3][expected[i]];
      kernels::look_up(samples.data(), pixels, tables);
      ASSERT_EQ(samples, expected) << pixels;
    }
  });
}

int gray(const Samples& rgb, std::size_t pixel) {
  return (19595 * rgb[3 * pixel] + 38470 * rgb[3 * pixel + 1] + 7471 * rgb[3 * pixel + 2] +
          32768) >>
         16;
}

TEST(ColorKernels, GrayOfRowsOfAnyWidth) {
  for_each_target([] {
    for (std::int64_t pixels = 0; pixels < 70; ++pixels) {
      auto samples = noise(3 * pixels, static_cast<std::uint64_t>(pixels));
      std::int64_t sum = 0;
      Samples expected;
      for (std::size_t x = 0; x < static_cast<std::size_t>(pixels); ++x) {
        sum += gray(samples, x);
        expected.insert(expected.end(), 3, static_cast<std::uint8_t>(gray(samples, x)));
      }
      ASSERT_EQ(kernels::sum_of_gray(samples.data(), pixels), sum) << pixels;
      kernels::make_gray(samples.data(), pixels);
      ASSERT_EQ(samples, expected) << pixels;
    }
  });
}

TEST(ColorKernels, TheSumOfGrayOfALargeImageIsExact) {
  constexpr std::int64_t pixels = 300'000;
  const Samples white(3 * pixels, 255);
  for_each_target([&] { EXPECT_EQ(kernels::sum_of_gray(white.data(), pixels), 255 * pixels); });
}

TEST(ColorKernels, RangesOfRowsOfAnyWidth) {
  for_each_target([] {
    for (const int channels : {1, 3})
      for (std::int64_t pixels = 1; pixels < 300; pixels += pixels < 20 ? 1 : 13) {
        const auto samples = noise(channels * pixels, static_cast<std::uint64_t>(pixels));
        kernels::Range expected;
        for (std::size_t i = 0; i < samples.size(); ++i) {
          const auto c = i % static_cast<std::size_t>(channels);
          expected.low[c] = std::min(expected.low[c], samples[i]);
          expected.high[c] = std::max(expected.high[c], samples[i]);
        }
        const auto found = kernels::range_of(samples.data(), pixels, channels);
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
          ASSERT_EQ(found.low[c], expected.low[c]) << pixels << ' ' << c;
          ASSERT_EQ(found.high[c], expected.high[c]) << pixels << ' ' << c;
        }
      }
  });
}

/// The results of `change` are the same with all instructions, for rows of any width.
void expect_equal(const std::function<void(Samples&, std::int64_t pixels)>& change) {
  std::vector<Samples> expected;
  for_each_target([&] {
    for (std::int64_t pixels = 0; pixels < 120; ++pixels) {
      auto samples = noise(3 * pixels, static_cast<std::uint64_t>(pixels));
      change(samples, pixels);
      const auto at = static_cast<std::size_t>(pixels);
      if (expected.size() == at)
        expected.push_back(std::move(samples));
      else
        ASSERT_EQ(samples, expected[at]) << pixels;
    }
  });
}

TEST(ColorKernels, SaturateAndTurnTheHueToTheSameBytesWithAllInstructions) {
  for (const float factor : {0.1F, 0.55F, 1.9F, -0.3F})
    expect_equal([&](Samples& samples, std::int64_t pixels) {
      kernels::saturate(samples.data(), pixels, factor);
    });
  for (const int steps : {0, 1, 128, 255})
    expect_equal([&](Samples& samples, std::int64_t pixels) {
      kernels::turn_hue(samples.data(), pixels, static_cast<std::uint8_t>(steps));
    });
}

TEST(ColorKernels, SharpenRowsOfAnyWidth) {
  for_each_target([] {
    for (const std::ptrdiff_t channels : {1, 3})
      for (std::int64_t count = 1; count < 90; ++count) {
        const auto width = count + 2 * channels;
        const auto rows = noise(3 * width, static_cast<std::uint64_t>(count));
        const auto* const row = rows.data() + width + channels;
        Samples found(static_cast<std::size_t>(count));
        kernels::sharpen_row(row - width, row, row + width, count, channels, 1.7F, found.data());
        for (std::int64_t x = 0; x < count; ++x) {
          int sum = 4 * row[x];
          for (const auto y : {-width, std::int64_t{0}, width})
            for (const auto side : {-channels, std::ptrdiff_t{0}, channels})
              sum += row[x + y + side];
          const double smooth = std::floor(sum / 13.0 + 0.5);
          const double sharp = std::clamp(smooth + 1.7F * (row[x] - smooth), 0.0, 255.0);
          // Single precision may be on the other side of a whole number.
          const int tolerance = std::abs(sharp - std::round(sharp)) < 1e-3 ? 1 : 0;
          ASSERT_NEAR(found[static_cast<std::size_t>(x)], std::floor(sharp), tolerance) << x;
        }
      }
  });
}

}  // namespace
}  // namespace temper::augment
