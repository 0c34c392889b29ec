// What is under a data set's path is read, or named with the reason.
#include "temper/data/sources/unread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/data/prepare/prepare.h"
#include "temper/data/sources/concat_source.h"
#include "temper/data/sources/open.h"
#include "temper/io/format/tar.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class UnreadFiles : public ::testing::Test {
 protected:
  void add(const fs::path& name) { write_picture(root.path() / name, noise(4, 5, 3, ++seed_)); }
  void add_classes(const fs::path& name) {
    add(name / "cat/1.png");
    add(name / "dog/1.png");
  }
  void write(const fs::path& name, const std::string& text) {
    write_bytes(root.path() / name, text.data(), text.size());
  }
  Dataset opened() { return open(root.path().string()); }
  /// The items as "path: reason", with paths from the root, and with the number of files if it is
  /// not one.
  std::vector<std::string> unread() {
    std::vector<std::string> items;
    for (const auto& one : opened().unread)
      items.push_back(fs::path(one.path).lexically_relative(root.path()).string() + ": " +
                      one.reason + (one.files == 1 ? "" : ", " + std::to_string(one.files)));
    return items;
  }
  std::string error() {
    return message_of(Code::data, [&] { opened(); });
  }

  TemporaryFolder root;

 private:
  std::uint64_t seed_ = 0;
};

TEST_F(UnreadFiles, AreNoneWhereAllIsRead) {
  add_classes("train");
  add("train/cat/deeper/2.JPG");
  add_classes("val");
  write("readme.txt", "x");
  write("docs/notes.md", "x");
  write(".DS_Store", "x");
  write("train/cat/._1.png", "x");
  EXPECT_THAT(unread(), IsEmpty());
  EXPECT_THAT(prepare(opened(), {}, 1).notes, IsEmpty());
}

TEST_F(UnreadFiles, AreNotThoseOfSetsWithOtherNames) {
  add_classes("train");
  add_classes("eval");
  add_classes("test_set");
  const auto sets = opened();
  ASSERT_NE(sets.validation, nullptr);
  ASSERT_NE(sets.test, nullptr);
  EXPECT_EQ(sets.validation->where(0), (root.path() / "eval/cat/1.png").string());
  EXPECT_EQ(sets.test->size(), 2);
  EXPECT_THAT(unread(), IsEmpty());
}

TEST_F(UnreadFiles, AreNotThoseOfATrainingSetWithAnotherName) {
  add_classes("training_set");
  add_classes("test_set");
  const auto sets = opened();
  EXPECT_THAT(sets.train->classes(), ElementsAre("cat", "dog"));
  EXPECT_EQ(sets.test->size(), 2);
  fs::remove_all(root.path() / "test_set");
  EXPECT_THAT(opened().train->classes(), ElementsAre("cat", "dog")) << "no other folder";
  add("bus_set/red/1.png");
  EXPECT_THAT(opened().train->classes(), ElementsAre("bus_set", "training_set"))
      << "a class that is called so, because nothing beside it is a set";
}

TEST_F(UnreadFiles, AreThoseOfASecondSet) {
  add_classes("train");
  add_classes("val");
  add_classes("eval");
  add("train_images/1.png");
  EXPECT_EQ(opened().validation->where(0), (root.path() / "val/cat/1.png").string());
  EXPECT_THAT(unread(), ElementsAre("eval: beside the sets train, val, 2",
                                    "train_images: beside the sets train, val"));
}

TEST_F(UnreadFiles, AreNotGuessedBetweenSetsAndClasses) {
  add_classes("part_a");
  add_classes("part_b");
  add("part_b/bird/1.png");
  EXPECT_THAT(error(), HasSubstr("'part_b' and 'part_a' both hold the folders cat, dog: are they "
                                 "sets or classes?"));
  fs::create_directories(root.path() / "train");
  fs::rename(root.path() / "part_a", root.path() / "train/part_a");
  fs::rename(root.path() / "part_b", root.path() / "train/part_b");
  EXPECT_THAT(opened().train->classes(), ElementsAre("part_a", "part_b"));
}

TEST_F(UnreadFiles, DoNotMakeClassesWithFoldersAQuestion) {
  add("cat/images/1.png");
  add("dog/images/1.png");
  add("dog/more/1.png");
  add("eel/images/1.png");
  add("eel/more/1.png");
  add("eel/2.png");
  EXPECT_THAT(opened().train->classes(), ElementsAre("cat", "dog", "eel"));
}

TEST_F(UnreadFiles, AreClassesBesideOneThatIsCalledTrain) {
  add("train/steam/1.png");
  add("train/diesel/1.png");
  add("bus/red/1.png");
  add("bus/blue/1.png");
  add("tram/2.png");
  EXPECT_THAT(unread(), ElementsAre("bus: beside the set train, 2", "tram: beside the set train"));
  EXPECT_THAT(
      prepare(opened(), {}, 1).notes,
      ElementsAre(AllOf(StartsWith("3 files are not read: 3 such as "),
                        HasSubstr("bus (beside the set train)"), HasSubstr("temper data check"))));
}

TEST_F(UnreadFiles, AreLoosePictures) {
  add_classes("train");
  add("train/1.png");
  add("2.png");
  write("labels.csv", "path,label\n");
  EXPECT_THAT(unread(), ElementsAre("2.png: in no class folder",
                                    "labels.csv: the class folders are read instead",
                                    "train/1.png: in no class folder"));
  fs::remove_all(root.path() / "train");
  add_classes("");
  EXPECT_THAT(unread(), ElementsAre("2.png: in no class folder",
                                    "labels.csv: the class folders are read instead"));
}

TEST_F(UnreadFiles, AreThoseOfOtherFormats) {
  add_classes("");
  write("cat/1.gif", "GIF89a");
  write("dog/scans/1.tif", "II*");
  write("dog/scans/2.tif", "II*");
  const std::string why = "a name that does not end in .png, .jpg, .jpeg or .webp";
  EXPECT_THAT(unread(), ElementsAre("cat/1.gif: " + why, "dog/scans: " + why + ", 2"));
}

TEST_F(UnreadFiles, AreThoseOfLinkedFolders) {
  const TemporaryFolder elsewhere;
  write_picture(elsewhere.path() / "1.png", noise(4, 4, 3, 1));
  write_picture(elsewhere.path() / "2.png", noise(4, 4, 3, 2));
  add_classes("");
  fs::create_directory_symlink(elsewhere.path(), root.path() / "cat/more");
  fs::create_directory_symlink(elsewhere.path(), root.path() / "eel");
  fs::create_directory_symlink(root.path(), root.path() / "cat/loop");
  fs::create_symlink(elsewhere.path() / "1.png", root.path() / "dog/2.png");
  const auto sets = opened();
  EXPECT_EQ(sets.train->size(), 5) << "a class may be a link, and a picture";
  EXPECT_THAT(unread(), IsEmpty()) << "the folder is read as a class";
  fs::remove(root.path() / "eel");
  EXPECT_THAT(unread(), ElementsAre("cat/more: a link to a folder, which is not followed, 2"));
}

TEST_F(UnreadFiles, AreThoseInFoldersThatSystemsMake) {
  add_classes("");
  const std::vector<std::string> folders{"@eaDir",      "__MACOSX",          "lost+found",
                                         "#recycle",    "@__thumb",          "$RECYCLE.BIN",
                                         ".thumbnails", ".ipynb_checkpoints"};
  for (const auto& folder : folders) {
    add(folder + "/cat/1.png");
    add("cat/" + folder + "/1.jpg/thumbnail.jpg");
  }
  const auto sets = opened();
  EXPECT_EQ(sets.train->size(), 2);
  EXPECT_THAT(sets.train->classes(), ElementsAre("cat", "dog"));
  EXPECT_EQ(sets.unread.size(), 2 * folders.size());
  for (const auto& one : sets.unread) {
    EXPECT_EQ(one.files, 1) << one.path;
    EXPECT_THAT(one.reason,
                ::testing::AnyOf("a hidden folder", StartsWith("a folder that a system")));
  }
}

TEST_F(UnreadFiles, AreTablesAndPicturesThatNoTableLists) {
  for (const char* name : {"p/1.png", "p/2.png", "p/3.png", "p/4.png", "q/5.png"}) add(name);
  write("train.csv", "path,label\np/1.png,a\n./p/../p/2.png,b\n");
  write("eval.csv", "path,label\np/3.png,a\n");
  write("extra.csv", "path,label\nq/5.png,a\n");
  const auto sets = opened();
  ASSERT_NE(sets.validation, nullptr) << "eval.csv is a validation set";
  EXPECT_THAT(unread(), ElementsAre("extra.csv: beside train.csv, eval.csv",
                                    "p/4.png: not listed in train.csv, eval.csv",
                                    "q: not listed in train.csv, eval.csv"));
  EXPECT_THAT(open((root.path() / "train.csv").string()).unread, IsEmpty());
}

TEST_F(UnreadFiles, AreNotThoseThatATableListsByALink) {
  fs::create_directory_symlink(root.path() / "p", root.path() / "link");
  add("p/1.png");
  add("p/2.png");
  write("train.csv", "path,label\nlink/1.png,a\n" + (root.path() / "p/2.png").string() + ",b\n");
  EXPECT_THAT(unread(), IsEmpty());
}

TEST_F(UnreadFiles, AreNotThoseOfTablesWithOtherNames) {
  add("p/1.png");
  add("p/2.png");
  add("p/3.png");
  write("training_set.csv", "path,label\np/1.png,a\np/2.png,b\n");
  write("test_set.csv", "path,label\np/3.png,a\n");
  EXPECT_EQ(opened().test->size(), 1);
  EXPECT_THAT(unread(), IsEmpty());
  add("cat/4.png");
  add("dog/5.png");
  EXPECT_THAT(opened().train->classes(), ElementsAre("cat", "dog", "p"))
      << "folders of classes, beside which such a table may lie";
}

/// An archive of these files, each with the contents of a picture, or of a label if it ends in cls.
void write_tar(const fs::path& path, const std::vector<std::string>& names) {
  std::vector<std::byte> bytes;
  for (const auto& name : names) {
    auto body = io::encode_png(noise(4, 4, 3, bytes.size()));
    if (name.ends_with("cls")) body.assign(1, static_cast<std::byte>(name[name.size() - 5]));
    const auto header = io::tar_header(name, body.size());
    bytes.insert(bytes.end(), header.begin(), header.end());
    bytes.insert(bytes.end(), body.begin(), body.end());
    bytes.resize(bytes.size() + io::tar_padding(body.size()));
  }
  bytes.resize(bytes.size() + 2 * io::kTarBlock);
  write_bytes(path, bytes.data(), bytes.size());
}

TEST_F(UnreadFiles, AreSamplesWithDotsAndFilesBesideShards) {
  write_tar(root.path() / "0.tar", {"a/1.cls", "a/1.png", "a/2.cls", "a/2.png", "a/3.v2.png",
                                    "a/3.v2.cls", "a/4.mask.png", "@eaDir/1.png"});
  write_tar(root.path() / "val/1.tar", {"a/1.cls", "a/1.png"});
  write_tar(root.path() / "1.tar", {"@eaDir/3.png", "b/1.cls", "b/1.png"});
  add("5.png");
  for (int times = 0; times < 2; ++times) {  // from the archive and from its index
    EXPECT_EQ(opened().train->size(), 3);
    EXPECT_THAT(
        unread(),
        ElementsAre("0.tar: a/3.v2.png: an image of a sample is called as 000123.jpg (.jpeg, .png, "
                    ".webp), without another dot, 3",
                    "1.tar: @eaDir/3.png: in a folder that a system makes",
                    "5.png: beside the shards that are read",
                    "val: beside the shards that are read"));
  }
}

TEST_F(UnreadFiles, MayNotBeAWholeSetBesideShards) {
  write_tar(root.path() / "backup.tar", {"cat/1.png", "dog/1.png"});
  add("cat/1.png");
  add("dog/1.png");
  const auto refused = [&](const std::string& shard, const std::string& folder) {
    try {
      (void)opened();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("holds both shards (" + shard +
                                                     ") and folders of pictures (" + folder + ")"));
    }
  };
  refused("backup.tar", "cat");
  fs::remove_all(root.path() / "dog");
  write_tar(root.path() / "backup.tar", {"cat/1.cls", "cat/1.png", "dog/2.cls", "dog/2.png"});
  EXPECT_THAT(unread(), ElementsAre("cat: beside the shards that are read"))
      << "a single folder of pictures is no set";
  fs::remove_all(root.path() / "cat");
  add("train/cat/1.png");
  add("train/dog/1.png");
  refused("backup.tar", "train/cat");
  fs::create_directories(root.path() / "train");
  fs::rename(root.path() / "backup.tar", root.path() / "train/backup.tar");
  refused("train/backup.tar", "train/cat");
}

TEST_F(UnreadFiles, AreThoseBesideIdxFiles) {
  const std::string images("\0\0\10\3\0\0\0\2\0\0\0\1\0\0\0\1\1\2", 18);
  const std::string labels("\0\0\10\1\0\0\0\2\0\1", 10);
  for (const char* set : {"train", "eval"}) {
    write(std::string(set) + "-images-idx3-ubyte", images);
    write(std::string(set) + "-labels-idx1-ubyte", labels);
  }
  write("letters-images-idx3-ubyte", images);
  add("extra/1.png");
  ASSERT_NE(opened().validation, nullptr);
  const std::string why = "beside the IDX files of the sets, which are read instead";
  EXPECT_THAT(unread(), ElementsAre("extra: " + why, "letters-images-idx3-ubyte: " + why));
}

TEST_F(UnreadFiles, OfSeveralSourcesAreJoined) {
  add_classes("one");
  add_classes("two");
  add("one/1.png");
  add("two/2.png");
  const auto sets =
      open_several({{(root.path() / "one").string(), 1}, {(root.path() / "two").string(), 1}});
  ASSERT_EQ(sets.unread.size(), 2U);
  EXPECT_EQ(sets.unread[1].path, (root.path() / "two/2.png").string());
}

TEST(UnreadNote, ShowsTheLargestGroupsFirst) {
  EXPECT_EQ(note_of({}), "");
  EXPECT_EQ(note_of(std::vector<Unread>{{"a.png", "loose"}}), "1 file is not read: a.png (loose)");
  EXPECT_EQ(
      note_of(std::vector<Unread>{{"a.png", "loose"}, {"b", "hidden", 7}, {"c.png", "loose"}}),
      "9 files are not read: 7 in b (hidden); 2 such as a.png (loose)");
}

}  // namespace
}  // namespace temper::data
