// Names of files and classes that are not UTF-8, and names with control characters.
#include "temper/data/sources/names.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/data/sources/open.h"
#include "temper/data/tools/check.h"
#include "temper/data/tools/pack.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Names : public ::testing::Test {
 protected:
  void add(const std::string& name) { write_picture(root.path() / name, noise(4, 5, 3, ++seed)); }
  void add_classes(const std::string& folder, const std::vector<std::string>& classes) {
    for (const auto& name : classes)
      for (const char* picture : {"/0.png", "/1.png"})
        add(fmt::format("{}/{}{}", folder, name, picture));
  }
  std::string path(const std::string& name) const { return (root.path() / name).string(); }
  /// The same refusal by everything that opens data, before it does anything.
  std::string refusal(const std::string& name) const {
    const auto message = message_of(Code::data, [&] { open(path(name)); });
    const auto checked = check(path(name));
    EXPECT_FALSE(checked.good());
    EXPECT_EQ(checked.error, message);
    EXPECT_THAT(message_of(Code::data, [&] { pack(path(name), root.path() / "packed", {}); }),
                message);
    EXPECT_FALSE(fs::exists(root.path() / "packed"));
    return message;
  }
  std::string table(const std::string& text) const {
    write_bytes(root.path() / "list.csv", text.data(), text.size());
    return message_of(Code::data, [&] { open(path("list.csv")); });
  }

  TemporaryFolder root;
  std::uint64_t seed = 0;
};

TEST_F(Names, OfClassFoldersAreRefusedIfNotUtf8) {
  add_classes("p", {"cat", "B\xE4r", "B\xF6r"});
  EXPECT_EQ(refusal("p"), path("p") +
                              "/B\\xe4r: the name is not UTF-8; rename it. If it is in "
                              "Latin-1, this renames all that is in the folder: convmv -f "
                              "latin1 -t utf8 -r --notest '" +
                              path("p") + "'");
  // Overlong, and half of a surrogate pair.
  add_classes("overlong", {"cat", "\xC0\xAE\xC0\xAE"});
  EXPECT_THAT(refusal("overlong"), HasSubstr("/\\xc0\\xae\\xc0\\xae: the name is not UTF-8"));
  add_classes("surrogate", {"cat", "\xED\xA0\xBD"});
  EXPECT_THAT(refusal("surrogate"), HasSubstr("/\\xed\\xa0\\xbd: the name is not UTF-8"));
}

TEST_F(Names, OfFilesAndOtherSetsAreRefusedIfNotUtf8) {
  add_classes("p", {"cat", "dog"});
  add("p/dog/caf\xE9/9.png");
  EXPECT_THAT(refusal("p"), AllOf(HasSubstr("/p/dog/caf\\xe9: the name is not UTF-8"),
                                  HasSubstr("'" + path("p/dog") + "'")));
  add_classes("sets/train", {"cat", "dog"});
  add("sets/val/B\xE4r/0.png");
  EXPECT_THAT(refusal("sets"), HasSubstr("/sets/val/B\\xe4r: the name is not UTF-8"));
}

TEST_F(Names, OfTheDataItselfAreRefusedIfNotUtf8) {
  add_classes("B\xE4r/p", {"cat", "dog"});
  EXPECT_THAT(refusal("B\xE4r/p"), HasSubstr("/B\\xe4r: the name is not UTF-8"));
}

TEST_F(Names, OfWhatIsNotReadMayBeAnything) {
  add_classes("p", {"cat", "dog"});
  write_bytes(root.path() /
                  "p/Gr\xFC\xDF"
                  "e.txt",
              "hello", 5);
  write_bytes(root.path() /
                  "p/cat/Gr\xFC\xDF"
                  "e.txt",
              "hello", 5);
  EXPECT_EQ(open(path("p")).train->size(), 4);
  const auto text = to_text(check(path("p")));
  EXPECT_THAT(text, HasSubstr("/p/Gr\\xfc\\xdfe.txt: "));
}

TEST_F(Names, OfShardsAreRefusedIfNotUtf8) {
  add_classes("p", {"cat", "dog"});
  pack(path("p"), root.path() / "shards", {});
  fs::rename(root.path() / "shards/train/train-000000.tar", root.path() / "shards/train/\xE4.tar");
  EXPECT_THAT(refusal("shards"), HasSubstr("/shards/train/\\xe4.tar: the name is not UTF-8"));
}

TEST_F(Names, InTablesAreRefusedIfNotUtf8) {
  add_classes("p", {"cat", "dog"});
  EXPECT_THAT(table("path,label\np/cat/0.png,cat\np/dog/0.png,B\xE4r\n"),
              AllOf(HasSubstr("list.csv:3: the label 'B\\xe4r' is not UTF-8; save the file as "
                              "UTF-8. If it is in Latin-1: iconv -f latin1 -t utf8 '"),
                    HasSubstr("list.csv' > NEW")));
  EXPECT_THAT(table("path,label\np/B\xE4r/0.png,bear\n"),
              HasSubstr("list.csv:2: the path 'p/B\\xe4r/0.png' is not UTF-8"));
  EXPECT_THAT(table("path,target_gr\xF6\xDF"
                    "e\np/cat/0.png,1\n"),
              HasSubstr("list.csv:1: the target 'gr\\xf6\\xdfe' is not UTF-8"));
  // Columns that are not used may hold anything.
  const std::string notes = "path,label,B\xE4r\np/cat/0.png,cat,sch\xF6n\np/dog/0.png,dog,\n";
  write_bytes(root.path() / "list.csv", notes.data(), notes.size());
  EXPECT_EQ(open(path("list.csv")).train->size(), 2);
}

TEST_F(Names, MayHoldControlCharactersWhichAreShown) {
  const std::vector<std::string> classes{"a\nb", "c\x1b[2J\td",
                                         "\xC2\x9B"
                                         "e",
                                         "Bär 猫"};
  add_classes("p", classes);
  add("p/a\nb/\x1b]0;x\x07.png");
  write_bytes(root.path() / "p/Bär 猫/\r.png", "no picture", 10);
  const auto source = path("p");
  const auto found = check(source);
  EXPECT_EQ(found.classes, (std::vector<std::string>{"Bär 猫", "a\nb", "c\x1b[2J\td",
                                                     "\xC2\x9B"
                                                     "e"}));
  const auto text = to_text(found);
  for (const char* control : {"\x1b", "\x07", "\t", "\r", "\xC2\x9B", "a\nb"})
    EXPECT_THAT(text, Not(HasSubstr(control)));
  EXPECT_THAT(text, AllOf(HasSubstr("3  a\\nb\n"), HasSubstr("2  c\\x1b[2J\\td\n"),
                          HasSubstr("2  \\u009be\n"), HasSubstr("3  Bär 猫\n"),
                          HasSubstr("/p/Bär 猫/\\r.png: ")));
  EXPECT_EQ(to_json(found)["classes"].get<std::vector<std::string>>(), found.classes);
  EXPECT_EQ(to_json(found)["sets"][0]["per_class"]["a\nb"], 3);

  pack(source, root.path() / "packed", {.skip_bad = true});
  EXPECT_EQ(open(path("packed")).train->classes(), found.classes);
}

TEST_F(Names, OfPackedClassesDiffer) {
  for (int b = 1; b <= 5; ++b) {
    const std::string records(3073, static_cast<char>(b));
    write_bytes(root.path() / ("data_batch_" + std::to_string(b) + ".bin"), records.data(),
                records.size());
  }
  const std::string names = "cat\ndog\nc\nd\ne\nf\ng\nh\ni\ndog\n";
  write_bytes(root.path() / "batches.meta.txt", names.data(), names.size());
  EXPECT_THAT(message_of(Code::data, [&] { pack(path(""), root.path() / "packed", {}); }),
              HasSubstr("two classes have the name 'dog'; rename one of them"));
  EXPECT_FALSE(fs::exists(root.path() / "packed"));
}

}  // namespace
}  // namespace temper::data
