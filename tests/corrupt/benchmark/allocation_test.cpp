// This program's operator new counts its calls.
#include <gtest/gtest.h>

#include "temper/corrupt/benchmark/corrupt.h"
#include "tests/corrupt/pictures.h"
#include "tests/support/counting_new.h"

namespace temper::corrupt {
namespace {

using temper::testing::allocations;

TEST(Corrupt, AllocatesNothingForAnImageInSteadyState) {
  const auto clean = picture(48, 40, 3);
  const Options options{.frost = std::make_shared<const FrostPictures>(
                            FrostPictures{picture(60, 70, 3), picture(20, 30, 3)})};
  for (int k = 0; k < kKinds; ++k) {
    const auto kind = static_cast<Kind>(k);
    if (kind == Kind::jpeg_compression) continue;  // libjpeg's and the decoder's memory
    Workspace memory;
    auto image = clean;
    std::int64_t before = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
      if (i == 30) before = allocations;
      image = clean;
      auto draws = draws_for(1, kind, 3, i % 10);
      corrupt(image, kind, 3, options, draws, memory);
    }
    EXPECT_EQ(allocations - before, 0) << name_of(kind);
  }
}

}  // namespace
}  // namespace temper::corrupt
