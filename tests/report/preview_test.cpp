#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/report/html.h"
#include "temper/report/letters.h"
#include "temper/report/preview_page.h"
#include "temper/report/preview_sheet.h"
#include "tests/data/pictures.h"

namespace temper::report {
namespace {

using data::message_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

io::Image filled(int height, int width, std::vector<std::uint8_t> color) {
  io::Image image{height, width, static_cast<int>(color.size()), {}};
  for (int i = 0; i < height * width; ++i)
    image.pixels.insert(image.pixels.end(), color.begin(), color.end());
  return image;
}

io::Image paper(int height, int width) {
  return filled(height, width, {255});
}

TEST(Letters, LinesEndBetweenWords) {
  EXPECT_THAT(wrapped("one two three", 7), ElementsAre(U"one two", U"three"));
  EXPECT_THAT(wrapped("abcdefgh", 3), ElementsAre(U"abc", U"def", U"gh"));
  EXPECT_THAT(wrapped("  rotate -27", 9), ElementsAre(U"  rotate", U"-27"));
  EXPECT_THAT(wrapped("", 9), ElementsAre(U""));
}

TEST(Letters, AreThoseOfPrintableText) {
  EXPECT_THAT(wrapped("\xC3\xA9\n\xE7\x8C\xAB\xFF", 20), ElementsAre(U"\u00E9\\n\u732B\\xff"));
}

TEST(Letters, AreDrawnWhereTheyAreInTheImage) {
  auto image = paper(kLetterHeight, kLetterWidth);
  draw(image, 0, 0, U" ");
  EXPECT_EQ(image, paper(kLetterHeight, kLetterWidth));
  draw(image, 0, 0, U"A");
  EXPECT_GT(std::ranges::count_if(image.pixels, [](auto sample) { return sample < 128; }), 8);

  auto clipped = paper(4, 4);
  draw(clipped, -100, 0, U"A");
  draw(clipped, 0, 50, U"A");
  EXPECT_EQ(clipped, paper(4, 4));
  draw(clipped, -4, -2, U"AB");
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x)
      EXPECT_EQ(clipped.pixels[static_cast<std::size_t>(4 * y + x)],
                image.pixels[static_cast<std::size_t>((y + 4) * kLetterWidth + x + 2)]);

  auto large = paper(2 * kLetterHeight, 2 * kLetterWidth);
  draw(large, 0, 0, U"A", 2);
  for (int y = 0; y < large.height; ++y)
    for (int x = 0; x < large.width; ++x)
      EXPECT_EQ(large.pixels[static_cast<std::size_t>(y * large.width + x)],
                image.pixels[static_cast<std::size_t>(y / 2 * kLetterWidth + x / 2)]);
}

TEST(Letters, HaveABoxForAllOthers) {
  auto unknown = paper(kLetterHeight, kLetterWidth);
  auto box = unknown;
  draw(unknown, 0, 0, U"\u732B");
  draw(box, 0, 0, U"\x7F");
  EXPECT_EQ(unknown, box);
  EXPECT_NE(box, paper(kLetterHeight, kLetterWidth));
}

run::PreviewPicture picture(io::Image image, const std::string& title) {
  return {.image = std::move(image),
          .where = "pictures/<b>.png",
          .title = title,
          .lines = {"rotate -27 degrees", "  flip"}};
}

run::Preview preview(io::Image first) {
  return {
      .name = "a & b",
      .sections = {{"originals",
                    "Originals",
                    "As they are stored.",
                    {{.title = "", .option = "", .pictures = {picture(std::move(first), "cat")}}}},
                   {"operations",
                    "Each operation alone",
                    "",
                    {{.title = "random_apply > flip",
                      .option = "data.augment.0.operations.0",
                      .pictures = {picture(filled(100, 20, {77}), "epoch 1"),
                                   picture(filled(20, 100, {0, 0, 250}), "epoch 2")}}}}}};
}

std::ptrdiff_t count(const io::Image& image, const std::vector<std::uint8_t>& color) {
  std::ptrdiff_t found = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3)
    found += std::equal(color.begin(), color.end(), image.pixels.begin() + static_cast<long>(i));
  return found;
}

TEST(PreviewSheet, HasThePicturesEnlargedByWholeFactors) {
  const auto sheet = preview_sheet(preview(filled(8, 8, {200, 10, 30})));
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_EQ(count(sheet, {200, 10, 30}), 128 * 128);
  EXPECT_EQ(count(sheet, {0, 0, 250}), 20 * 100);
  EXPECT_GE(count(sheet, {77, 77, 77}), 20 * 100);
  EXPECT_GT(count(sheet, {0, 0, 0}), 100) << "text";
}

TEST(PreviewSheet, RefusesASheetThatIsTooLarge) {
  EXPECT_THAT(
      message_of(Code::usage, [] { (void)preview_sheet(preview(filled(1, 1'000'000, {9}))); }),
      AllOf(HasSubstr("the preview as one PNG would have"), HasSubstr("--pictures")));
}

TEST(PreviewPage, HasTextsAndPicturesInOneFile) {
  const auto image = filled(8, 8, {200, 10, 30});
  const auto page = preview_page(preview(image));
  EXPECT_THAT(page, HasSubstr("<h1 class=\"name\">a &amp; b</h1>"));
  EXPECT_THAT(page, HasSubstr("<section id=\"originals\"><h2>Originals</h2>"));
  EXPECT_THAT(page, HasSubstr("random_apply &gt; flip"));
  EXPECT_THAT(page, HasSubstr("<code>data.augment.0.operations.0</code>"));
  EXPECT_THAT(page, HasSubstr("<small>rotate -27 degrees</small><small>  flip</small>"));
  EXPECT_THAT(page, HasSubstr("data:image/png;base64," + base64(io::encode_png(image))));
  EXPECT_THAT(page, HasSubstr("alt=\"pictures/&lt;b&gt;.png\""));
  EXPECT_THAT(page, Not(HasSubstr("src=\"http")));
}

TEST(PreviewPage, IsWrittenAsItsNameEnds) {
  const data::TemporaryFolder folder;
  const auto shown = preview(filled(8, 8, {200, 10, 30}));
  write_preview(shown, folder.path() / "a.png");
  write_preview(shown, folder.path() / "a.html");
  const auto bytes = io::read_text(folder.path() / "a.png");
  EXPECT_EQ(io::decode_image(std::as_bytes(std::span(bytes)), "a.png", 3), preview_sheet(shown));
  EXPECT_EQ(io::read_text(folder.path() / "a.html"), preview_page(shown));
}

TEST(PreviewPage, RefusesOtherNamesAndFoldersThatAreNotThere) {
  const data::TemporaryFolder folder;
  const auto shown = preview(filled(8, 8, {200, 10, 30}));
  for (const auto* name : {"preview", "preview.jpg", "preview.PNG"})
    EXPECT_THAT(message_of(Code::usage, [&] { write_preview(shown, name); }),
                AllOf(HasSubstr(name), HasSubstr("neither .png")));
  EXPECT_THAT(message_of(Code::io, [&] { write_preview(shown, folder.path() / "none/a.png"); }),
              HasSubstr("none"));
}

}  // namespace
}  // namespace temper::report
