#include "temper/io/format/cifar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A record whose planes have the values (position + 50 * channel) % 251.
Bytes record(std::initializer_list<int> labels) {
  Bytes bytes;
  for (const int label : labels) bytes.push_back(static_cast<std::byte>(label));
  for (int c = 0; c < 3; ++c)
    for (int i = 0; i < 1024; ++i) bytes.push_back(static_cast<std::byte>((i + 50 * c) % 251));
  return bytes;
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::string refusal(const Bytes& bytes, CifarKind kind) {
  Cifar cifar;
  const Error error = error_of([&] { append_cifar(bytes, "data_batch_1.bin", kind, cifar); });
  EXPECT_EQ(error.code(), Code::data);
  return error.what();
}

TEST(Cifar, InterleavesThePlanesAndTakesTheLastLabel) {
  Cifar ten;
  append_cifar(joined(record({9}), record({0})), "a", CifarKind::ten, ten);
  append_cifar(record({4}), "b", CifarKind::ten, ten);
  EXPECT_THAT(ten.labels, ElementsAre(9, 0, 4));
  ASSERT_EQ(ten.pixels.size(), 3 * kCifarPicture);
  for (const std::size_t picture : {0, 1, 2})
    for (std::size_t i = 0; i < 1024; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_EQ(ten.pixels[picture * kCifarPicture + 3 * i + c], (i + 50 * c) % 251);
  Cifar hundred;
  append_cifar(joined(record({3, 99}), record({19, 7})), "c", CifarKind::hundred, hundred);
  EXPECT_THAT(hundred.labels, ElementsAre(99, 7));
}

TEST(Cifar, NamesTheFileThatIsWrong) {
  Bytes cut = joined(record({1}), record({2}));
  cut.pop_back();
  EXPECT_THAT(refusal(cut, CifarKind::ten),
              HasSubstr("data_batch_1.bin: 6145 bytes; expected records of 3073 bytes each"));
  EXPECT_THAT(refusal(record({1}), CifarKind::hundred), HasSubstr("3074 bytes each (two labels"));
  EXPECT_THAT(refusal({}, CifarKind::ten), HasSubstr("0 bytes"));
  EXPECT_THAT(refusal(joined(record({1}), record({10})), CifarKind::ten),
              HasSubstr("record 1: label 10; expected 0 to 9"));
  EXPECT_THAT(refusal(record({0, 100}), CifarKind::hundred), HasSubstr("label 100"));
}

}  // namespace
}  // namespace temper::io::test
