// Data sets on disk, and the errors of invalid ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temper/augment/pixels/normalisation.h"
#include "temper/data/prepare/normalisation.h"
#include "temper/data/prepare/prepare.h"
#include "temper/data/sources/fashion_mnist.h"
#include "temper/data/sources/folder.h"
#include "temper/data/sources/open.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

void write_idx(const fs::path& path, const std::vector<std::uint32_t>& shape,
               std::size_t missing = 0) {
  std::vector<std::uint8_t> bytes{0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  std::size_t count = 1;
  for (const auto n : shape) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(n >> shift));
    count *= n;
  }
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(i % 10));
  write_bytes(path, bytes.data(), bytes.size() - missing);
}

void write_fashion(const fs::path& folder) {
  write_idx(folder / "train-images-idx3-ubyte", {20, 28, 28});
  write_idx(folder / "train-labels-idx1-ubyte", {20});
  write_idx(folder / "t10k-images-idx3-ubyte", {10, 28, 28});
  write_idx(folder / "t10k-labels-idx1-ubyte", {10});
}

TEST(FashionMnist, IsTheRealOneWhereItIsInstalled) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const auto sets = fashion_mnist("/usr/share/datasets/fashion-mnist");
  EXPECT_EQ(sets.train->size(), 60000);
  EXPECT_EQ(sets.test->size(), 10000);
  EXPECT_EQ(sets.train->classes().at(static_cast<std::size_t>(sets.train->label(0))), "Ankle boot");
  const auto measured = measure_normalisation(*sets.train, 60000);
  EXPECT_NEAR(measured.mean[0], sets.normalisation.mean[0], 5e-5);
  EXPECT_NEAR(measured.std[0], sets.normalisation.std[0], 5e-5);
  const auto split = prepare(sets, {.validation = 0.1}, 1).sets;
  std::vector<int> counts(10);
  for (std::int64_t i = 0; i < split.validation->size(); ++i)
    ++counts[static_cast<std::size_t>(split.validation->label(i))];
  EXPECT_EQ(counts, std::vector<int>(10, 600));
}

TEST(FashionMnist, IsReadFromAnotherPlace) {
  const TemporaryFolder place;
  write_fashion(place.path() / "fashion-mnist");
  ::setenv("TEMPER_DATA_DIR", place.path().c_str(), 1);
  const auto sets = open("fashion-mnist");
  ::unsetenv("TEMPER_DATA_DIR");
  EXPECT_EQ(sets.train->size(), 20);
  EXPECT_EQ(sets.test->label(3), 3);
  EXPECT_EQ(sets.test->where(3), "fashion-mnist test, image 3");
  EXPECT_EQ(sets.test->image(1).pixels[0], 784 % 10);
}

TEST(FashionMnist, SaysWhatToInstallWhereItIsMissing) {
  TemporaryFolder place;
  const auto message = message_of(Code::data, [&] { fashion_mnist(place.path()); });
  EXPECT_THAT(message, HasSubstr("apt install dataset-fashion-mnist"));
  EXPECT_THAT(message, HasSubstr(place.path().string()));
}

TEST(FashionMnist, NamesTheFileThatIsCutShortOrDoesNotFit) {
  TemporaryFolder place;
  write_fashion(place.path());
  write_idx(place.path() / "t10k-images-idx3-ubyte", {10, 28, 28}, 100);
  EXPECT_THAT(message_of(Code::data, [&] { fashion_mnist(place.path()); }),
              HasSubstr("t10k-images-idx3-ubyte"));
  write_fashion(place.path());
  write_idx(place.path() / "train-labels-idx1-ubyte", {19});
  EXPECT_THAT(message_of(Code::data, [&] { fashion_mnist(place.path()); }),
              HasSubstr("19 labels for the 20 images"));
}

class Folder : public ::testing::Test {
 protected:
  void add(const fs::path& name, int height = 6, int width = 8, std::uint64_t seed = 1) {
    write_picture(root.path() / name, noise(height, width, 3, seed));
  }
  std::string error(Code code = Code::data) {
    return message_of(code, [&] { folder(root.path()); });
  }

  TemporaryFolder root;
};

TEST_F(Folder, WithClassesOnlyIsATrainingSet) {
  add("wolf/1.png");
  add("cat/deeper/2.PNG");
  add("cat/3.jpeg");  // a PNG by content
  add("cat/.hidden.png");
  add(".git/4.png");
  write_bytes(root.path() / "cat/notes.txt", "x", 1);
  const auto sets = folder(root.path());
  EXPECT_EQ(sets.train->classes(), (std::vector<std::string>{"cat", "wolf"}));
  EXPECT_EQ(sets.train->size(), 3);
  EXPECT_EQ(sets.train->label(2), 1);
  EXPECT_EQ(sets.train->where(2), (root.path() / "wolf/1.png").string());
  EXPECT_EQ(sets.validation, nullptr);
  EXPECT_EQ(sets.test, nullptr);
  EXPECT_EQ(sets.height, 6);
  EXPECT_EQ(sets.width, 8);
  EXPECT_EQ(sets.normalisation, augment::imagenet_normalisation(3));
}

TEST_F(Folder, WithTrainValidationAndTestIsThreeSets) {
  for (const char* spelling : {"val", "valid", "validation", "dev", "Validation"}) {
    add("train/a/1.png");
    add("train/b/1.png");
    add(fs::path(spelling) / "b" / "2.png", 5, 5);
    add("test/a/3.png");
    const auto sets = folder(root.path());
    EXPECT_EQ(sets.train->size(), 2);
    ASSERT_NE(sets.validation, nullptr) << spelling;
    EXPECT_EQ(sets.validation->label(0), 1);
    EXPECT_EQ(sets.test->size(), 1);
    EXPECT_EQ(sets.height, 0) << "sizes differ";
    fs::remove_all(root.path() / spelling);
  }
}

TEST_F(Folder, SpellsTheOtherSetsInTwoWays) {
  add("Training/a/1.png");
  add("Training/b/1.png");
  add("testing/a/3.png");
  const auto sets = folder(root.path());
  EXPECT_EQ(sets.train->size(), 2);
  EXPECT_EQ(sets.test->size(), 1);
  EXPECT_EQ(sets.validation, nullptr);
  add("test/a/3.png");
  EXPECT_THAT(error(), HasSubstr("both 'test' and 'testing'; expected one test set"));
}

TEST_F(Folder, WithoutATrainingSetIsRefused) {
  add("val/a/1.png");
  add("test/a/1.png");
  EXPECT_THAT(error(), HasSubstr("a folder 'test' with subfolders, but no 'train'"));
}

TEST_F(Folder, CountsMoreThanATableBesideIt) {
  add("train/a/1.png");
  add("train/b/1.png");
  write_bytes(root.path() / "train.csv", "id,breed\n", 9);
  EXPECT_EQ(open(root.path().string()).train->size(), 2);
}

TEST_F(Folder, WithLoosePicturesInAnotherSetIsRefused) {
  add("train/a/1.png");
  add("train/b/1.png");
  add("val/1.png");
  EXPECT_THAT(error(), HasSubstr("val: no pictures"));
}

TEST_F(Folder, NamesAPipe) {
  add("a/1.png");
  add("b/1.png");
  ::mkfifo((root.path() / "b/pipe.jpg").c_str(), 0600);
  EXPECT_THAT(error(Code::io), HasSubstr("b/pipe.jpg: cannot read: it is a named pipe"));
  EXPECT_THAT(message_of(Code::data, [&] { open((root.path() / "b/pipe.jpg").string()); }),
              HasSubstr("a pipe; expected"));
}

TEST_F(Folder, MayHaveAClassThatIsCalledTrain) {
  add("train/1.png");
  add("tram/1.png");
  EXPECT_EQ(folder(root.path()).train->classes(), (std::vector<std::string>{"train", "tram"}));
}

TEST_F(Folder, MayHaveClassesThatAreSpelledAsOneSet) {
  add("test/1.png");
  add("testing/1.png");
  write_bytes(root.path() / "val.csv", "x", 1);
  write_bytes(root.path() / "valid.csv", "x", 1);
  EXPECT_EQ(open(root.path().string()).train->classes(),
            (std::vector<std::string>{"test", "testing"}));
}

TEST_F(Folder, GivesTheSamePixelsFromMemoryAndFromDisk) {
  for (int i = 0; i < 4; ++i) {
    add("a/" + std::to_string(i) + ".png", 6 + i, 8, static_cast<std::uint64_t>(i));
    add("b/" + std::to_string(i) + ".png", 6, 8, static_cast<std::uint64_t>(10 + i));
  }
  const auto memory = folder(root.path());
  const auto disk = folder(root.path(), {.memory = 100});
  for (std::int64_t i = 0; i < 8; ++i) EXPECT_EQ(memory.train->image(i), disk.train->image(i));
  EXPECT_EQ(memory.train->digest(), disk.train->digest());
  EXPECT_GT(std::dynamic_pointer_cast<const FileSource>(memory.train)->bytes_in_memory(), 0);
  EXPECT_EQ(std::dynamic_pointer_cast<const FileSource>(disk.train)->bytes_in_memory(), 0);
}

TEST_F(Folder, HasTheSizeOfItsPicturesWithAnyMemory) {
  add("train/a/1.png");
  add("train/b/1.png");
  add("test/a/3.png");
  constexpr std::int64_t bytes = 3 * 6 * 8 * 3;
  for (const std::int64_t memory : {std::int64_t{0}, bytes - 1, bytes}) {
    const auto sets = folder(root.path(), {.memory = memory});
    EXPECT_EQ(sets.height, 6) << memory;
    EXPECT_EQ(sets.width, 8) << memory;
    EXPECT_EQ(folder(root.path(), {.memory = memory, .sized_bytes = bytes}).height, 6) << memory;
    EXPECT_EQ(folder(root.path(), {.memory = memory, .sized_bytes = bytes - 1}).height, 0)
        << "the sets share it";
  }
  add("test/a/4.png", 8, 6);
  EXPECT_EQ(folder(root.path(), {.memory = 0}).height, 0);
}

TEST_F(Folder, BecomesGreyWhenAsked) {
  add("a/1.png");
  add("b/1.png");
  const auto sets = folder(root.path(), {.channels = 1});
  EXPECT_EQ(sets.train->image(0), io::with_channels(noise(6, 8, 3, 1), 1));
  EXPECT_EQ(sets.normalisation.mean.size(), 1U);
}

TEST_F(Folder, DigestFollowsTheFiles) {
  add("a/1.png");
  add("b/1.png");
  const auto before = folder(root.path()).train->digest();
  EXPECT_EQ(folder(root.path()).train->digest(), before);
  add("b/2.png");
  EXPECT_NE(folder(root.path()).train->digest(), before);
}

TEST_F(Folder, ThatDoesNotExistIsNamed) {
  EXPECT_THAT(message_of(Code::data, [] { folder("/no/such/place"); }),
              HasSubstr("/no/such/place: no such folder"));
  EXPECT_THAT(message_of(Code::data, [] { open("fashion-mnits"); }),
              HasSubstr("expected \"fashion-mnist\" or the path"));
}

TEST_F(Folder, WithoutPicturesSaysWhatWasLookedFor) {
  EXPECT_THAT(error(), HasSubstr("no images. Looked for folders, one for each class, with pictures "
                                 "(.png, .jpg, .jpeg, .webp), or for train/"));
  add("loose.png");
  EXPECT_THAT(error(), HasSubstr("pictures are in the folder itself"));
}

TEST_F(Folder, WithOneClassIsRefused) {
  add("cat/1.png");
  EXPECT_THAT(error(), HasSubstr("only one class, 'cat'"));
}

TEST_F(Folder, WithAClassCalledTrainSaysThatItIsTakenForASet) {
  for (const auto* name : {"bus", "car", "train"}) add(std::string(name) + "/old/1.png");
  EXPECT_THAT(error(), HasSubstr("train: only one class, 'old'"));
  EXPECT_THAT(error(), HasSubstr("if it is a class, put the folders of all classes into"));
}

TEST_F(Folder, WithAnEmptyClassIsRefused) {
  add("cat/1.png");
  fs::create_directories(root.path() / "dog");
  EXPECT_THAT(error(), HasSubstr("dog: no pictures (.png, .jpg, .jpeg, .webp); move the folder "
                                 "elsewhere if it is not a class"));
  write_bytes(root.path() / "recipe.toml", "", 0);
  EXPECT_THAT(error(), HasSubstr("dog: no pictures")) << "a recipe may lie beside the classes";
}

TEST_F(Folder, OfARunIsRefusedWithTheCommandForItsRecipe) {
  const auto run = root.path().string();
  write_bytes(root.path() / "metrics.jsonl", "", 0);
  EXPECT_THAT(error(), HasSubstr(run + ": the directory of a run, not a data set"));
  EXPECT_THAT(error(), Not(HasSubstr("temper train"))) << "it has no recipe";
  write_bytes(root.path() / "recipe.toml", "", 0);
  const auto expected = run +
                        ": the directory of a run, not a data set; to train its recipe again: "
                        "temper train " +
                        run + "/recipe.toml";
  EXPECT_EQ(error(), expected) << "without folders";
  fs::create_directories(root.path() / "checkpoints/step-00000010");
  EXPECT_EQ(error(), expected);
  add("pictures/1.png");
  EXPECT_EQ(error(), expected) << "with pictures";
  fs::remove(root.path() / "metrics.jsonl");
  EXPECT_EQ(error(), expected);
}

TEST_F(Folder, WithAValidationClassThatTrainingLacksIsRefused) {
  add("train/a/1.png");
  add("train/b/1.png");
  add("val/c/1.png");
  EXPECT_THAT(error(),
              HasSubstr("val/c: a class that the training set does not have; it has a, b"));
}

TEST_F(Folder, NamesAPictureThatCannotBeDecoded) {
  add("a/1.png");
  add("b/1.png");
  write_bytes(root.path() / "b/broken.jpg", "not a picture", 13);
  EXPECT_THAT(error(), HasSubstr("b/broken.jpg"));
}

TEST_F(Folder, WithoutPermissionIsAnErrorOfTheDisk) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  add("a/1.png");
  add("b/1.png");
  fs::permissions(root.path() / "a", fs::perms::none);
  const auto message = error(Code::io);
  fs::permissions(root.path() / "a", fs::perms::owner_all);
  EXPECT_THAT(message, HasSubstr("/a"));
}

}  // namespace
}  // namespace temper::data
