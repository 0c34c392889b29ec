#include "temper/core/error.h"

#include <gtest/gtest.h>

namespace temper {
namespace {

TEST(Error, BeginsWithWhatIsKnownOfWhereItOccurred) {
  const auto text = [](const Where& where) {
    return std::string(Error(Code::data, where, "x").what());
  };
  EXPECT_EQ(text({}), "x");
  EXPECT_EQ(text({.file = "a.toml"}), "a.toml: x");
  EXPECT_EQ(text({.file = "a.csv", .line = 3}), "a.csv:3: x");
  EXPECT_EQ(text({.file = "a.toml", .line = 3, .column = 7}), "a.toml:3:7: x");
  EXPECT_EQ(text({.image = "1.png"}), "1.png: x");
  EXPECT_EQ(text({.file = "a.csv", .line = 3, .image = "1.png"}), "a.csv:3: 1.png: x");
  EXPECT_EQ(text({.option = "data.size"}), "x") << "the message names it";
  EXPECT_STREQ(Error(Code::data, "x").what(), "x");
}

TEST(Error, DoesNotRepeatAFileThatIsInTheNameOfTheImage) {
  EXPECT_STREQ(Error(Code::io, {.file = "b/1.png", .image = "b/1.png"}, "x").what(), "b/1.png: x");
  EXPECT_STREQ(Error(Code::io, {.file = "a.tar", .image = "a.tar/1.png"}, "x").what(),
               "a.tar/1.png: x");
}

TEST(Error, KeepsItsParts) {
  const Where where{.file = "a.toml", .line = 3, .column = 7, .option = "data.size"};
  const Error error(Code::usage, where, "data.size is 0");
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_EQ(error.where(), where);
  EXPECT_EQ(error.message(), "data.size is 0");
  EXPECT_EQ(Error(Code::usage, "x").where(), Where{});
}

TEST(Error, TakesFromOutsideOnlyWhatItDoesNotKnow) {
  const Error inner(Code::data, {.option = "data.size"}, "x");
  const Where outer{.file = "a.toml", .line = 3, .column = 7, .option = "data", .image = "1.png"};
  const auto both = inner.within(outer);
  EXPECT_EQ(both.code(), Code::data);
  EXPECT_EQ(both.message(), "x");
  EXPECT_EQ(
      both.where(),
      (Where{.file = "a.toml", .line = 3, .column = 7, .option = "data.size", .image = "1.png"}));
  EXPECT_STREQ(both.what(), "a.toml:3:7: 1.png: x");
  EXPECT_EQ(both.within({.file = "b.toml", .line = 1, .image = "2.png"}).where(), both.where());

  const Error whole(Code::data, {.file = "b.csv"}, "x");
  EXPECT_EQ(whole.within(outer).where().line, 0) << "a line of another file";
}

}  // namespace
}  // namespace temper
