#include "temper/augment/pixels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "temper/augment/pixels/resample.h"
#include "temper/core/random.h"
#include "tests/augment/targets.h"

namespace temper::augment {
namespace {

std::vector<std::uint8_t> noise(std::int64_t size, std::uint64_t seed) {
  Random random(seed, Purpose::inspect);
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(size));
  for (auto& sample : samples) sample = static_cast<std::uint8_t>(random.below(256));
  return samples;
}

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

/// The result of a random resize. There is no memory after the source pixels.
/// @param turn  mirror it, and mirror it back
std::vector<std::uint8_t> resized(std::uint64_t seed, bool turn = false) {
  Random random(seed, Purpose::inspect, {1});
  const Size in{between(random, 1, 60), between(random, 1, 90)};
  const Size out{between(random, 1, 60), between(random, 1, 90)};
  const int channels = random.chance(0.8) ? 3 : 1;
  const auto pixels = noise(in.height * in.width * channels, seed);
  Box window{between(random, 0, out.height - 1), between(random, 0, out.width - 1), 0, 0};
  window.height = between(random, 1, out.height - window.top);
  window.width = between(random, 1, out.width - window.left);
  const Filter filter{static_cast<Interpolation>(random.below(5)), random.chance(0.8)};

  Resampler resampler;
  const Box needed = resampler.prepare(SourceRegion::whole(in), out, window, filter, turn);
  // Exactly the pixels that are needed, so that sanitizers detect reads beyond them.
  const std::int64_t stride = needed.width * channels;
  std::vector<std::uint8_t> part;
  for (std::int64_t y = 0; y < needed.height; ++y) {
    const auto row = pixels.begin() + ((needed.top + y) * in.width + needed.left) * channels;
    part.insert(part.end(), row, row + stride);
  }
  part.shrink_to_fit();
  resampler.begin({part.data(), stride, needed.size(), channels});
  std::vector<std::uint8_t> result;
  std::vector<std::uint8_t> straight(static_cast<std::size_t>(window.width * channels));
  for (std::int64_t y = 0; y < window.height; ++y) {
    const auto* row = resampler.row(y);
    if (turn) kernels::mirror(row, window.width, channels, straight.data());
    result.insert(result.end(), turn ? straight.data() : row,
                  (turn ? straight.data() : row) + window.width * channels);
  }
  return result;
}

TEST(Kernels, ResizeToTheSameBitsWithAllInstructions) {
  constexpr std::uint64_t cases = 600;
  std::vector<std::vector<std::uint8_t>> expected;
  for_each_target([&] {
    for (std::uint64_t i = 0; i < cases; ++i) {
      auto found = resized(i);
      if (expected.size() == i)
        expected.push_back(std::move(found));
      else
        ASSERT_EQ(found, expected[i]) << "case " << i;
    }
  });
}

TEST(Kernels, AMirroredResizeHasTheSamePixelsInReverse) {
  for_each_target([] {
    for (std::uint64_t i = 0; i < 300; ++i) ASSERT_EQ(resized(i, true), resized(i)) << "case " << i;
  });
}

TEST(Kernels, AWindowHasThePixelsOfTheWhole) {
  const Size in{50, 70};
  const auto pixels = noise(in.height * in.width * 3, 9);
  const PixelView view{pixels.data(), in.width * 3, in, 3};
  const auto part = [&](Box box) {
    return PixelView{view.data + box.top * view.stride + box.left * 3, view.stride, box.size(), 3};
  };
  for (std::size_t name = 0; name < EnumNames<Interpolation>::value.size(); ++name)
    for (const bool antialias : {true, false})
      for (const Size out : {Size{31, 40}, {77, 90}, {50, 33}, {20, 70}}) {
        const Filter filter{static_cast<Interpolation>(name), antialias};
        Resampler whole, some;
        whole.begin(part(whole.prepare(SourceRegion::whole(in), out, augment::whole(out), filter)));
        const Box window{5, 7, 11, 13};
        some.begin(part(some.prepare(SourceRegion::whole(in), out, window, filter)));
        for (std::int64_t y = 0; y < window.height; ++y) {
          const auto* row = some.row(y);
          ASSERT_TRUE(
              std::equal(row, row + window.width * 3, whole.row(window.top + y) + window.left * 3))
              << EnumNames<Interpolation>::value[name];
        }
      }
}

TEST(Kernels, MirrorRowsOfAnyWidth) {
  for_each_target([] {
    for (std::int64_t width = 1; width < 70; ++width) {
      const auto row = noise(3 * width, static_cast<std::uint64_t>(width));
      std::vector<std::uint8_t> found(row.size());
      std::vector<std::uint8_t> expected;
      for (std::int64_t x = width; x > 0; --x)
        expected.insert(expected.end(), row.begin() + 3 * (x - 1), row.begin() + 3 * x);
      kernels::mirror(row.data(), width, 3, found.data());
      ASSERT_EQ(found, expected) << width;
      kernels::mirror(row.data(), 3 * width, 1, found.data());
      ASSERT_TRUE(std::equal(row.rbegin(), row.rend(), found.begin())) << width;
    }
  });
}

TEST(Kernels, NormaliseByTheTableInRowsOfAnyWidth) {
  for_each_target([] {
    for (const auto& numbers :
         {Normalisation{{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},
          Normalisation{{0, 0, 0}, {1, 1, 1}}, Normalisation{{0.5, -3, 1e-3}, {1e-3, 7, 0.1}},
          Normalisation{{0.286}, {0.353}}}) {
      const NormalisationTable table(numbers);
      const int channels = table.channels();
      for (std::int64_t width = 1; width < 140; ++width) {
        const auto row = noise(width * channels, static_cast<std::uint64_t>(width));
        std::vector<float> found(row.size());
        kernels::normalise(row.data(), width, table, found.data());
        alignas(64) std::array<float, std::size_t{3} * 140> streamed{};
        kernels::normalise(row.data(), width, table, streamed.data(), /*streamed=*/true);
        ASSERT_TRUE(std::ranges::equal(found, std::span(streamed).first(found.size()))) << width;
        for (std::size_t i = 0; i < row.size(); ++i)
          ASSERT_EQ(found[i], table.channel(static_cast<int>(i) % channels)[row[i]]);
      }
    }
  });
}

TEST(Kernels, WeightsComeApartAndTogether) {
  for (const std::int32_t weight : {0, 1, -1, 32767, 32768, -32768, 1 << 22, -(1 << 21), 4999999}) {
    const auto pair = kernels::pair_of(weight, -weight);
    EXPECT_EQ(pair.high[0] * 32768 + pair.low[0], weight);
    EXPECT_EQ(pair.high[1] * 32768 + pair.low[1], -weight);
    EXPECT_GE(pair.low[0], 0);
  }
}

}  // namespace
}  // namespace temper::augment
