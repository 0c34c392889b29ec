#include "temper/core/printable.h"

#include <gtest/gtest.h>

#include "temper/core/error.h"

namespace temper {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8, IsEveryCharacterInItsShortestForm) {
  for (const auto text : {""sv, "a"sv, "\0"sv, "\x7F"sv, "Bär"sv, "猫"sv, "🐈"sv, "\xC2\x80"sv,
                          "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv,
                          "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv})
    EXPECT_TRUE(is_utf8(text)) << printable(text);
}

TEST(Utf8, IsNothingElse) {
  for (const auto text :
       {"B\xE4r"sv, "\x80"sv, "\xBF"sv, "\xFF"sv, "a\xC3"sv, "\xE7\x8C"sv, "\xC3("sv,
        // overlong
        "\xC0\xAF"sv, "\xC1\xBF"sv, "\xE0\x9F\xBF"sv, "\xF0\x8F\xBF\xBF"sv,
        // surrogates, in pairs too
        "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xED\xA0\xBD\xED\xB0\x88"sv,
        // above U+10FFFF
        "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xF8\x88\x80\x80\x80"sv})
    EXPECT_FALSE(is_utf8(text)) << printable(text);
}

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text : {"", "a b", "Bär", "قطة", "🐈", "C:\\x41"})
    EXPECT_EQ(printable(text), text);
  EXPECT_EQ(printable_lines("one\ntwo\n"), "one\ntwo\n");
}

TEST(Printable, EscapesWhatIsNoTextAndWhatATerminalObeys) {
  EXPECT_EQ(printable("B\xE4r"), "B\\xe4r");
  EXPECT_EQ(printable("\xC0\xAF\xED\xA0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");
  EXPECT_EQ(printable("a\nb\tc\rd\x1b[2Je\x7F"), "a\\nb\\tc\\rd\\x1b[2Je\\x7f");
  EXPECT_EQ(printable("\0"sv), "\\x00");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J\xC2\xA0"),
            "\\u009b2J\xC2\xA0")
      << "CSI, no-break space";
  EXPECT_EQ(printable_lines("a\nb\tc\x1b"), "a\nb\\tc\\x1b");
  EXPECT_TRUE(is_utf8(printable("\xE4\xFF\x1b")));
}

TEST(Printable, IsWhatAnErrorSays) {
  const Error error(Code::data, {.file = "a\nb.csv", .line = 3, .image = "p/\x1b\xE4.png"},
                    "class '\x1b[31m' has\n  two lines");
  EXPECT_STREQ(error.what(), "a\\nb.csv:3: p/\\x1b\\xe4.png: class '\\x1b[31m' has\n  two lines");
  EXPECT_EQ(error.where().file, "a\nb.csv");
}

}  // namespace
}  // namespace temper
