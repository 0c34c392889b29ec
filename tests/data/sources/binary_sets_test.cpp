// Sets of pixels in binary files: IDX and CIFAR.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/data/sources/cifar_set.h"
#include "temper/data/sources/idx_set.h"
#include "temper/data/sources/open.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// The values count up from 0 modulo `period`.
void write_idx(const fs::path& path, const std::vector<std::uint32_t>& shape, std::size_t period) {
  std::vector<std::uint8_t> bytes{0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  std::size_t count = 1;
  for (const auto n : shape) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(n >> shift));
    count *= n;
  }
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(i % period));
  write_bytes(path, bytes.data(), bytes.size());
}

class IdxFolder : public ::testing::Test {
 protected:
  void add(const std::string& prefix, std::uint32_t images, const std::string& between = "-",
           std::size_t classes = 3) {
    write_idx(root.path() / (prefix + "-images" + between + "idx3-ubyte"), {images, 4, 5}, 251);
    write_idx(root.path() / (prefix + "-labels" + between + "idx1-ubyte"), {images}, classes);
  }
  std::string error() {
    return message_of(Code::data, [&] { idx_folder(root.path()); });
  }
  TemporaryFolder root;
};

TEST_F(IdxFolder, IsRecognisedInEverySpelling) {
  for (const char* prefix : {"train", "emnist-balanced-train", "my_Training"}) {
    const TemporaryFolder place;
    for (const char* between : {"-", "."}) {
      write_idx(place.path() / (prefix + std::string("-images") + between + "idx3-ubyte"),
                {7, 4, 5}, 251);
      write_idx(place.path() / (prefix + std::string("-labels") + between + "idx1-ubyte"), {7}, 3);
      const auto sets = open(place.path().string());
      EXPECT_EQ(sets.train->size(), 7) << prefix << between;
      EXPECT_EQ(sets.train->classes(), (std::vector<std::string>{"0", "1", "2"}));
      for (const auto& entry : fs::directory_iterator(place.path())) fs::remove(entry.path());
    }
  }
}

TEST_F(IdxFolder, HasTheSetsWhoseFilesAreThere) {
  add("train", 9);
  add("t10k", 5);
  add("val", 3);
  const auto sets = open(root.path().string());
  EXPECT_EQ(sets.test->size(), 5);
  EXPECT_EQ(sets.test->label(4), 1);
  EXPECT_EQ(sets.validation->size(), 3);
  EXPECT_EQ(sets.height, 4);
  EXPECT_EQ(sets.width, 5);
  EXPECT_EQ(sets.train->channels(), 1);
  EXPECT_EQ(sets.train->image(1).pixels[0], 20);
}

TEST_F(IdxFolder, MayHaveColours) {
  write_idx(root.path() / "train-images-idx4-ubyte", {2, 4, 5, 3}, 251);
  write_idx(root.path() / "train-labels-idx1-ubyte", {2}, 2);
  const auto image = idx_folder(root.path()).train->image(0);
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(image.pixels[4], 4);
}

TEST_F(IdxFolder, NamesWhatIsMissingOrDoesNotFit) {
  add("train", 9);
  fs::remove(root.path() / "train-labels-idx1-ubyte");
  EXPECT_THAT(error(), HasSubstr("train-images-idx3-ubyte without its labels"));
  add("train", 9);
  add("train", 9, ".");
  EXPECT_THAT(error(), HasSubstr("both train-images-idx3-ubyte and train-images.idx3-ubyte are the "
                                 "images of one set"));
  fs::remove(root.path() / "train-images.idx3-ubyte");
  fs::remove(root.path() / "train-labels.idx1-ubyte");
  add("test", 5, "-", 4);
  EXPECT_THAT(error(), HasSubstr("test, image 3: label 3; expected 0 to 2"));
  write_idx(root.path() / "test-images-idx3-ubyte", {5, 4, 6}, 251);
  write_idx(root.path() / "test-labels-idx1-ubyte", {5}, 2);
  EXPECT_THAT(error(), HasSubstr("4 x 6 pixels with 1 channels; the training set has 4 x 5"));
  write_idx(root.path() / "test-images-idx3-ubyte", {5, 4}, 251);
  EXPECT_THAT(error(), HasSubstr("an array of 5 x 4; expected images x height x width"));
  fs::remove(root.path() / "test-images-idx3-ubyte");
  fs::remove(root.path() / "test-labels-idx1-ubyte");
  add("train", 9, "-", 1);
  EXPECT_THAT(error(), HasSubstr("fewer than two classes"));
}

class CifarFolder : public ::testing::Test {
 protected:
  /// `count` pictures whose planes hold `first` + picture in red, 100 in green, 200 in blue.
  static std::string records(int count, int first, int labels, int classes) {
    std::string bytes;
    for (int i = 0; i < count; ++i) {
      if (labels == 2) bytes += '\1';
      bytes += static_cast<char>((first + i) % classes);
      bytes += std::string(1024, static_cast<char>(first + i)) + std::string(1024, 100) +
               std::string(1024, static_cast<char>(200));
    }
    return bytes;
  }
  void write(const std::string& name, const std::string& text) {
    write_bytes(root.path() / name, text.data(), text.size());
  }
  TemporaryFolder root;
};

TEST_F(CifarFolder, TenHasFiveBatchesAndNames) {
  const std::string place = "cifar-10-batches-bin/";
  for (int b = 0; b < 5; ++b)
    write(place + "data_batch_" + std::to_string(b + 1) + ".bin", records(4, 4 * b, 1, 10));
  write(place + "test_batch.bin", records(3, 5, 1, 10));
  write(place + "batches.meta.txt",
        "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  for (const auto& path : {root.path(), root.path() / place}) {
    const auto sets = open(path.string());
    EXPECT_EQ(sets.train->size(), 20);
    EXPECT_EQ(sets.train->classes()[3], "cat");
    EXPECT_EQ(sets.train->label(13), 3);
    const auto image = sets.train->image(13);
    EXPECT_EQ((std::vector<std::uint8_t>(image.pixels.begin(), image.pixels.begin() + 3)),
              (std::vector<std::uint8_t>{13, 100, 200}));
    EXPECT_EQ(sets.test->size(), 3);
    EXPECT_EQ(sets.height, 32);
    EXPECT_EQ(sets.normalisation.mean.size(), 3U);
  }
  fs::remove(root.path() / place / "data_batch_3.bin");
  EXPECT_THAT(message_of(Code::io, [&] { open(root.path().string()); }),
              HasSubstr("data_batch_3.bin"));
}

TEST_F(CifarFolder, HasNamesInUtf8) {
  for (int b = 0; b < 5; ++b)
    write("data_batch_" + std::to_string(b + 1) + ".bin", records(4, 4 * b, 1, 10));
  write("batches.meta.txt", "airplane\n\nB\xE4r\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n");
  EXPECT_THAT(
      message_of(Code::data, [&] { open(root.path().string()); }),
      HasSubstr("batches.meta.txt:3: the class name 'B\\xe4r' is not UTF-8; save the file"));
}

TEST_F(CifarFolder, HundredHasFineLabels) {
  write("train.bin", records(5, 97, 2, 100));
  const auto sets = open(root.path().string());
  EXPECT_EQ(sets.train->classes().size(), 100U);
  EXPECT_EQ(sets.train->classes()[42], "42");
  EXPECT_EQ(sets.train->label(1), 98);
  EXPECT_EQ(sets.train->label(4), 1);
  EXPECT_EQ(sets.test, nullptr);
  write("fine_label_names.txt", "apple\n");
  EXPECT_THAT(message_of(Code::data, [&] { open(root.path().string()); }),
              HasSubstr("1 class names; expected 100"));
}

TEST_F(CifarFolder, OfThePythonVersionSaysWhatToFetch) {
  write("data_batch_1", "pickle");
  EXPECT_THAT(message_of(Code::data, [&] { open(root.path().string()); }),
              HasSubstr("download the binary version"));
}

}  // namespace
}  // namespace temper::data
