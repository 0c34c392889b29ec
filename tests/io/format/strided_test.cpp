#include "temper/io/format/strided.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <numeric>

namespace temper::io::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

template <class T>
std::vector<int> gathered(const Strided& tensor) {
  std::vector<T> storage(100);
  std::iota(storage.begin(), storage.end(), T{0});
  std::size_t count = 1;
  for (const std::int64_t size : tensor.shape) count *= static_cast<std::size_t>(size);
  std::vector<T> into(count);
  gather(tensor, std::as_bytes(std::span(storage)), sizeof(T),
         std::as_writable_bytes(std::span(into)));
  return {into.begin(), into.end()};
}

TEST(Strided, GathersElementsOfEverySize) {
  const Strided transposed{.offset = 2, .shape = {2, 3}, .strides = {1, 10}};
  const std::vector<int> expected{2, 12, 22, 3, 13, 23};
  EXPECT_THAT(gathered<std::uint8_t>(transposed), ElementsAreArray(expected));
  EXPECT_THAT(gathered<std::uint16_t>(transposed), ElementsAreArray(expected));
  EXPECT_THAT(gathered<std::uint32_t>(transposed), ElementsAreArray(expected));
  EXPECT_THAT(gathered<std::uint64_t>(transposed), ElementsAreArray(expected));
}

TEST(Strided, GathersAnyNumberOfDimensions) {
  EXPECT_THAT(gathered<std::uint8_t>({.offset = 7}), ElementsAre(7));
  EXPECT_THAT(gathered<std::uint8_t>({.offset = 1, .shape = {3}, .strides = {0}}),
              ElementsAre(1, 1, 1));
  EXPECT_THAT(gathered<std::uint8_t>({.shape = {2, 1, 2, 2}, .strides = {1, 5, 20, 4}}),
              ElementsAre(0, 4, 20, 24, 1, 5, 21, 25));
}

TEST(Strided, KnowsWhatIsContiguous) {
  EXPECT_TRUE(is_contiguous({.offset = 3}));
  EXPECT_TRUE(is_contiguous({.shape = {2, 3}, .strides = {3, 1}}));
  EXPECT_TRUE(is_contiguous({.shape = {1, 3, 1}, .strides = {7, 1, 9}}));
  EXPECT_TRUE(is_contiguous({.shape = {0, 3}, .strides = {7, 7}}));
  EXPECT_FALSE(is_contiguous({.shape = {2, 3}, .strides = {1, 2}}));
  EXPECT_FALSE(is_contiguous({.shape = {2}, .strides = {0}}));
  EXPECT_FALSE(is_contiguous({.shape = {2, kMost, 2}, .strides = {1, 2, 1}}));
}

TEST(Strided, KnowsWhereATensorEnds) {
  EXPECT_EQ(end_of({.offset = 3}), 4);
  EXPECT_EQ(end_of({.offset = 3, .shape = {2, 3}, .strides = {3, 1}}), 9);
  EXPECT_EQ(end_of({.offset = 3, .shape = {2, 0}, .strides = {3, 1}}), 0);
  EXPECT_EQ(end_of({.shape = {kMost}, .strides = {0}}), 1);
  EXPECT_EQ(end_of({.offset = kMost}), std::nullopt);
  EXPECT_EQ(end_of({.offset = kMost, .shape = {2}, .strides = {1}}), std::nullopt);
  EXPECT_EQ(end_of({.shape = {3}, .strides = {kMost}}), std::nullopt);
}

}  // namespace
}  // namespace temper::io::test
