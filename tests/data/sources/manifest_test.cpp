#include "temper/data/sources/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "temper/data/sources/open.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Manifest : public ::testing::Test {
 protected:
  Manifest() {
    for (int i = 0; i < 6; ++i)
      write_picture(root.path() / "p" / (std::to_string(i) + ".png"),
                    noise(4, 5, 3, static_cast<std::uint64_t>(i)));
  }
  fs::path table(const std::string& text, const std::string& name = "list.csv") {
    write_bytes(root.path() / name, text.data(), text.size());
    return root.path() / name;
  }
  std::string error(const std::string& text, Code code = Code::data) {
    const auto path = table(text);
    return message_of(code, [&] { manifest(path); });
  }
  static std::vector<std::int64_t> labels(const Source& source) {
    std::vector<std::int64_t> all;
    for (std::int64_t i = 0; i < source.size(); ++i) all.push_back(source.label(i));
    return all;
  }

  TemporaryFolder root;
};

TEST_F(Manifest, NamesPicturesLabelsAndSets) {
  const auto sets = open(table("path,label,note,split\n"
                               "p/1.png,dog,x,train\n"
                               "./p/0.png,cat,,\n"
                               "p/2.png,,,Training\n"
                               "p/3.png,dog,,val\n" +
                               (root.path() / "p/4.png").string() + ",cat,,test\n")
                             .string());
  EXPECT_EQ(sets.train->classes(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(labels(*sets.train), (std::vector<std::int64_t>{1, 0, -1}));
  EXPECT_EQ(sets.train->image(0), noise(4, 5, 3, 1));
  EXPECT_EQ(sets.train->image(1), noise(4, 5, 3, 0));
  EXPECT_EQ(sets.train->where(1), (root.path() / "p/0.png").string());
  EXPECT_EQ(labels(*sets.validation), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(labels(*sets.test), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(sets.test->image(0), noise(4, 5, 3, 4));
  EXPECT_EQ(sets.height, 4);
}

TEST_F(Manifest, MayBeATableForEachSet) {
  table("file;class\np/0.png;a\np/1.png;b\n", "training.csv");
  table("IMAGE\tLabel\np/2.png\tb\n", "dev.tsv");
  const auto sets = open(root.path().string());
  EXPECT_EQ(labels(*sets.train), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(labels(*sets.validation), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(sets.test, nullptr);
  table("path,label\np/3.png,b\n", "val.csv");
  EXPECT_THAT(message_of(Code::data, [&] { open(root.path().string()); }),
              HasSubstr("both 'dev' and 'val'; expected one validation set"));
}

TEST_F(Manifest, SortsNumbersAsNumbers) {
  const auto sets = manifest(table("path,label\np/0.png,10\np/1.png,9\np/2.png,0\n"));
  EXPECT_EQ(sets.train->classes(), (std::vector<std::string>{"0", "9", "10"}));
  const auto words = manifest(table("path,label\np/0.png,10\np/1.png,9\np/2.png,x\n"));
  EXPECT_EQ(words.train->classes(), (std::vector<std::string>{"10", "9", "x"}));
}

TEST_F(Manifest, ReadsFromDiskWhereMemoryIsShort) {
  const auto path = table("path,label\np/0.png,a\np/1.png,b\n");
  EXPECT_EQ(manifest(path, {.memory = 0}).train->image(1), noise(4, 5, 3, 1));
  EXPECT_EQ(manifest(path, {.memory = 0}).train->digest(), manifest(path).train->digest());
  const auto other = table("path,label\np/0.png,b\np/1.png,a\n", "other.csv");
  EXPECT_NE(manifest(other).train->digest(), manifest(path).train->digest());
}

TEST_F(Manifest, RefusesAPictureThatIsListedTwice) {
  EXPECT_THAT(
      error("path,label\np/0.png,a\np/1.png,b\np/../p/./0.png,b\n"),
      AllOf(HasSubstr("list.csv:4: two labels for one picture, p/../p/./0.png: 'b', and 'a' "
                      "in line 2")));
  EXPECT_THAT(error("path,label\np/0.png,a\np/1.png,b\np/0.png,a\n"),
              HasSubstr("list.csv:4: the picture p/0.png is listed twice, first in line 2"));
  EXPECT_THAT(error("path,label,split\np/0.png,a,train\np/1.png,b,train\np/0.png,a,val\n"),
              HasSubstr("the picture p/0.png is in two sets, first in line 2"));
}

TEST_F(Manifest, NamesTheLineThatIsWrong) {
  EXPECT_THAT(error("path,label\np/0.png,a\np/9.png,b\n"),
              AllOf(HasSubstr("list.csv:3: no such picture: "), HasSubstr("p/9.png")));
  EXPECT_THAT(error("path,label\np/0.png,a\np,b\n"), HasSubstr("list.csv:3: not a file: "));
  ::mkfifo((root.path() / "pipe.png").c_str(), 0600);
  EXPECT_THAT(error("path,label\np/0.png,a\npipe.png,b\n"), HasSubstr("list.csv:3: not a file: "));
  EXPECT_THAT(error("path,label\np/0.png,a\n,b\n"), HasSubstr("list.csv:3: no path"));
  EXPECT_THAT(error("path,label,split\np/0.png,a,\np/1.png,b,tset\n"),
              HasSubstr("list.csv:3: split 'tset'; expected train, val or test"));
  EXPECT_THAT(
      error("path,label,split\np/0.png,a,\np/1.png,b,\np/2.png,c,val\n"),
      HasSubstr("list.csv:4: a class that the training set does not have, 'c'; it has a, b"));
}

TEST_F(Manifest, RefusesHeadersThatSayTooLittle) {
  EXPECT_THAT(error("p/0.png,a\np/1.png,b\n"), HasSubstr("list.csv:1: no column 'path'"));
  EXPECT_THAT(error("path,labels\np/1.png,b\n"), HasSubstr("no column 'label' in the header"));
  EXPECT_THAT(error("path,label,class\np/1.png,a,b\n"),
              HasSubstr("two columns of the same meaning, 'label' and 'class'"));
  EXPECT_THAT(error("path,label\n"), HasSubstr("no training pictures"));
  EXPECT_THAT(error("path,label\np/0.png,a\n"), HasSubstr("only one class, 'a'"));
  EXPECT_THAT(error("path,label\np/0.png,\n"), HasSubstr("no picture has a label"));
}

}  // namespace
}  // namespace temper::data
