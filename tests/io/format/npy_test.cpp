#include "temper/io/format/npy.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "temper/io/disk/read_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

std::vector<float> quarters(const std::vector<std::int64_t>& shape) {
  const auto count =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i) / 4 - 1);
  return values;
}

TEST(Npy, FilesAreNumpys) {
  const Folder folder;
  const std::vector<std::pair<std::string, std::vector<std::int64_t>>> saved{
      {"3.npy", {3}}, {"2x3.npy", {2, 3}}, {"0x4.npy", {0, 4}}, {"2x1x3.npy", {2, 1, 3}}};
  for (const auto& [name, shape] : saved) {
    write_npy(folder / name, shape, quarters(shape));
    EXPECT_EQ(contents(folder / name), contents(golden / "npy" / name)) << name;
  }
}

TEST(Npy, NumbersBeginAtAMultipleOf64Bytes) {
  for (std::int64_t side = 1; side < std::int64_t{1} << 62; side *= 7) {
    const std::vector<std::int64_t> shape{side, side};
    const auto header = npy_header(shape);
    EXPECT_EQ(header.size() % 64, 0U) << side;
    EXPECT_TRUE(header.ends_with("\n"));
    const auto length =
        static_cast<unsigned char>(header[8]) + 256U * static_cast<unsigned char>(header[9]);
    EXPECT_EQ(length + 10, header.size());
    if (side > (std::int64_t{1} << 62) / 7) break;
  }
}

TEST(Npy, RefusesNumbersThatDoNotFitTheShape) {
  const Folder folder;
  const std::vector<std::int64_t> shape{2, 2};
  const std::vector<float> three(3);
  EXPECT_EQ(error_of([&] { write_npy(folder / "a.npy", shape, three); }).code(), Code::internal);
  EXPECT_EQ(folder.files(), 0U);
}

}  // namespace
}  // namespace temper::io::test
