#include "temper/io/image/libjpeg_version.h"

#include <gtest/gtest.h>

#include <string_view>

namespace temper::io::codec::test {
namespace {

using namespace std::string_view_literals;

TEST(LibjpegVersion, IsFoundAmongOtherConstants) {
  EXPECT_EQ(version_in("6b\0libjpeg-turbo version 2.1.5 (build 20230203)\0Copyright"sv), "2.1.5");
  EXPECT_EQ(version_in("libjpeg-turbo version 2.1.5.1 (build 1)"), "2.1.5.1");
  EXPECT_EQ(version_in("libjpeg-turbo version \0libjpeg-turbo version 3.1.0 (build 2)"sv), "3.1.0");
}

TEST(LibjpegVersion, IsEmptyForOtherLibraries) {
  for (const auto constants :
       {""sv, "mozjpeg version 4.1.1 (build 20220815)"sv, "9f  14-Jan-2024"sv,
        "libjpeg-turbo version "sv, "libjpeg-turbo version 2.1.5"sv,
        "libjpeg-turbo version 2.1.5-esr (build 1)"sv})
    EXPECT_EQ(version_in(constants), "") << constants;
}

// Fails with a fork of libjpeg-turbo, too.
TEST(LibjpegVersion, OfThisProcessIsFound) {
  EXPECT_NE(libjpeg_version(), "");
}

TEST(LibjpegVersion, SupportsJpegScanOnlyIfItWasTried) {
  for (const auto* tried : {"2.0.6", "2.1.5", "3.2.0"}) EXPECT_TRUE(supports_jpeg_scan(tried));
  for (const auto* other : {"", "2.1", "2.1.50", "2.1.5.1", "2.1.6", "3.3.0"})
    EXPECT_FALSE(supports_jpeg_scan(other)) << other;
}

}  // namespace
}  // namespace temper::io::codec::test
