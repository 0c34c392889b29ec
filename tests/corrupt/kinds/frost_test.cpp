#include "temper/corrupt/kinds/frost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "temper/core/error.h"
#include "temper/corrupt/arrays/draws.h"
#include "temper/io/disk/atomic_file.h"
#include "tests/corrupt/pictures.h"
#include "tests/io/support.h"
#include "tests/support/refusal.h"

namespace temper::corrupt {
namespace {

using io::test::Folder;
using temper::testing::refusal;
using ::testing::AllOf;
using ::testing::HasSubstr;

AddressedDraws draws() {
  return AddressedDraws(Random(1, Purpose::corrupt, {2}));
}

TEST(ReadFrost, ReadsThePicturesOfAFolderByName) {
  const Folder folder;
  const auto write = [&](const std::string& name, const io::Image& image) {
    io::write_atomically(folder / name, io::encode_png(image));
  };
  write("b.PNG", picture(3, 4, 3));
  write("a.jpg", picture(5, 6, 1));  // its contents tell that it is a PNG
  std::ofstream(folder / "notes.txt") << "frost";
  const auto pictures = read_frost(folder.path());
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_EQ(pictures[0], io::with_channels(picture(5, 6, 1), 3));
  EXPECT_EQ(pictures[1], picture(3, 4, 3));
}

TEST(ReadFrost, RefusesWhatIsNoFolderOfPictures) {
  const Folder folder;
  std::ofstream(folder / "notes.txt") << "frost";
  EXPECT_THAT(refusal(Code::usage, [&] { read_frost(folder.path()); }),
              AllOf(HasSubstr(folder.path().string()), HasSubstr("no frost pictures"),
                    HasSubstr("expected PNG, JPEG or WebP")));
  EXPECT_THAT(refusal(Code::usage, [&] { read_frost(folder / "missing"); }),
              HasSubstr("no folder of frost pictures"));
  EXPECT_THAT(refusal(Code::usage, [&] { read_frost(folder / "notes.txt"); }),
              HasSubstr("no folder of frost pictures"));
  std::ofstream(folder / "broken.png") << "not a picture";
  EXPECT_THAT(refusal(Code::data, [&] { read_frost(folder.path()); }), HasSubstr("broken.png"));
}

TEST(Frost, OfAPhotographIsAWeightedSum) {
  const FrostPictures white{io::Image{20, 20, 3, std::vector<std::uint8_t>(1200, 200)}};
  for (const auto size : {FrostSize::as_it_is, FrostSize::fitting}) {
    for (const int channels : {1, 3}) {
      const auto clean = picture(8, 9, channels);
      auto image = clean;
      auto random = draws();
      Workspace memory;
      frost(image, {.keep = 0.5, .add = 0.25}, white, size, random, memory);
      for (std::size_t i = 0; i < image.pixels.size(); ++i)
        EXPECT_NEAR(image.pixels[i], 0.5 * clean.pixels[i] + 50, 1) << i;
    }
  }
}

TEST(Frost, OfAGrayPictureIsTheLumaOfThePhotograph) {
  io::Image red{20, 20, 3, {}};
  for (int i = 0; i < 400; ++i) red.pixels.insert(red.pixels.end(), {250, 0, 0});
  auto image = picture(8, 8, 1);
  auto random = draws();
  Workspace memory;
  frost(image, {.keep = 0, .add = 1}, FrostPictures{red}, FrostSize::as_it_is, random, memory);
  for (const auto sample : image.pixels) EXPECT_EQ(sample, 74);  // 0.2989 * 250
}

TEST(Frost, EnlargesPhotographsThatAreTooSmall) {
  const FrostPictures small{picture(3, 50, 3)};
  for (const auto size : {FrostSize::as_it_is, FrostSize::fifth, FrostSize::fitting}) {
    auto image = picture(40, 30, 3);
    auto random = draws();
    Workspace memory;
    frost(image, {.keep = 0, .add = 1}, small, size, random, memory);
    EXPECT_GT(mean_difference(image, picture(40, 30, 3)), 1);
  }
}

TEST(Frost, ComputedIsBrightBluishAndUneven) {
  io::Image image{96, 96, 3, std::vector<std::uint8_t>(96 * 96 * 3, 0)};
  auto random = draws();
  Workspace memory;
  frost(image, {.keep = 0, .add = 1}, random, memory);
  std::array<double, 3> mean{};
  double squares = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    mean.at(i % 3) += image.pixels[i] / (96.0 * 96);
    if (i % 3 == 1) squares += image.pixels[i] * image.pixels[i] / (96.0 * 96);
  }
  EXPECT_LT(mean[0], mean[1]);
  EXPECT_LT(mean[1], mean[2]);
  EXPECT_GT(mean[1], 90);
  EXPECT_LT(mean[1], 200);
  EXPECT_GT(std::sqrt(squares - mean[1] * mean[1]), 15);
}

}  // namespace
}  // namespace temper::corrupt
