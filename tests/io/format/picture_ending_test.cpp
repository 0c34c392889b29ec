#include "temper/io/format/picture_ending.h"

#include <gtest/gtest.h>

#include "temper/io/image/picture_name.h"

namespace temper::io::test {
namespace {

TEST(PictureEnding, IsWhatFollowsTheLastDotInAnyCase) {
  for (const auto* name : {"1.png", "a.b/1.JPG", "IMG.0001.jpeg", "._1.webp"}) {
    EXPECT_EQ(picture_ending(name), PictureEnding::read) << name;
    EXPECT_TRUE(is_picture_name(name)) << name;
  }
  for (const auto* name : {"1.gif", "d/1.TIFF", "1.heic", "1.jxl", "1.png.avif"}) {
    EXPECT_EQ(picture_ending(name), PictureEnding::unread) << name;
    EXPECT_FALSE(is_picture_name(name)) << name;
  }
  for (const auto* name : {"", "png", ".png", "d/.gif", "d.png/1", "1.png.txt", "1.", "1.jpgs"}) {
    EXPECT_EQ(picture_ending(name), PictureEnding::none) << name;
    EXPECT_FALSE(is_picture_name(name)) << name;
  }
}

}  // namespace
}  // namespace temper::io::test
