// Images in files, streamed and in memory, and files that change during a run.
#include "temper/data/sources/file_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstring>

#include "temper/data/loader/loader.h"
#include "temper/io/image/encode_jpeg.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

io::Image waves(int height, int width, int seed) {
  io::Image image{height, width, 3, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixels.push_back(static_cast<std::uint8_t>(128 + 100 * std::sin(0.09 * x + c + seed) *
                                                                   std::cos(0.07 * y - 0.3 * c)));
  return image;
}

class FileSourceTest : public ::testing::Test {
 protected:
  void add(const std::string& name, const std::vector<std::byte>& bytes) {
    const auto path = root.path() / name;
    write_bytes(path, bytes.data(), bytes.size());
    files.push_back({.path = path, .name = name, .label = std::ssize(files) % 2});
  }
  void add_pictures(int count) {
    for (int i = 0; i < count; ++i) {
      const auto image = waves(90 + i, 120 - i, i);
      if (i % 4 == 3)
        add(std::to_string(i) + ".png", io::encode_png(image));
      else
        add(std::to_string(i) + ".jpg",
            io::encode_jpeg(image, {.quality = 90, .orientation = 1 + i % 8}));
    }
  }
  std::shared_ptr<FileSource> source(const FileOptions& options) const {
    return std::make_shared<FileSource>(files, std::vector<std::string>{"a", "b"}, options);
  }
  /// Every byte of an epoch's images.
  static std::vector<char> epoch(const std::shared_ptr<const Source>& source,
                                 std::int64_t threads) {
    Loader loader(source, {.views = {{augment::RandomResizedCrop{.scale_low = 0.5}, augment::Flip{},
                                      augment::PadCrop{.padding = 2}}},
                           .normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}},
                           .size = {20, 24},
                           .batch = 4,
                           .threads = threads});
    loader.start(1);
    std::vector<char> bytes;
    while (const auto* batch = loader.next()) {
      const auto& images = batch->views[0];
      const auto* data = static_cast<const char*>(images.const_data_ptr());
      bytes.insert(bytes.end(), data, data + images.nbytes());
    }
    return bytes;
  }

  TemporaryFolder root;
  std::vector<FileSource::File> files;
};

TEST_F(FileSourceTest, BatchesDependNeitherOnThreadsNorOnMemory) {
  add_pictures(24);
  std::vector<std::vector<char>> seen;
  for (const auto decode : {io::Decode::exact, io::Decode::fast})
    for (const bool upright : {false, true}) {
      FileOptions options{.memory = 0, .decode = decode, .exif_orientation = upright};
      const auto streamed = source(options);
      const auto expected = epoch(streamed, 0);
      for (std::int64_t threads : {1, 2, 8})
        EXPECT_EQ(epoch(streamed, threads), expected) << threads;
      options.memory = std::int64_t{1} << 30;
      const auto resident = source(options);
      EXPECT_GT(resident->bytes_in_memory(), 0);
      EXPECT_EQ(epoch(resident, 2), expected);
      for (const auto& other : seen) EXPECT_NE(expected, other);
      seen.push_back(expected);
    }
}

TEST_F(FileSourceTest, NamesAPictureThatIsReplacedDuringTheRun) {
  add_pictures(8);
  const auto streamed = source({.memory = 0});
  const auto resident = source({});
  io::Picture picture;
  EXPECT_NO_THROW(streamed->read(5, picture));
  const auto bytes = io::encode_jpeg(waves(30, 30, 9));
  write_bytes(files[5].path, bytes.data(), bytes.size());
  EXPECT_THAT(message_of(Code::data, [&] { streamed->read(5, picture); }),
              ::testing::AllOf(HasSubstr(files[5].path.string()),
                               HasSubstr("changed since the data set was opened")));
  fs::remove(files[6].path);
  EXPECT_THAT(message_of(Code::io, [&] { streamed->read(6, picture); }),
              HasSubstr(files[6].path.string()));
  EXPECT_NO_THROW(resident->read(5, picture)) << "in memory it stays";
}

TEST_F(FileSourceTest, ABadPictureIsFoundWhenItIsOpenedOrKeptAsBad) {
  add_pictures(8);
  auto bytes = io::encode_jpeg(waves(90, 90, 1));
  bytes.resize(bytes.size() / 2);
  add("cut.jpg", bytes);
  add("note.jpg", std::vector<std::byte>(100, std::byte{'x'}));
  EXPECT_THAT(message_of(Code::data, [&] { source({}); }), HasSubstr("cut.jpg"));
  for (const std::int64_t memory : {std::int64_t{0}, std::int64_t{1} << 30}) {
    const auto kept = source({.memory = memory, .keep_bad = true});
    io::Picture picture;
    for (int times = 0; times < 2; ++times) {
      EXPECT_THAT(message_of(Code::data, [&] { kept->read(8, picture); }),
                  ::testing::AllOf(HasSubstr("cut.jpg"), HasSubstr("cut short")));
      EXPECT_THAT(message_of(Code::data, [&] { kept->read(9, picture); }),
                  ::testing::AllOf(HasSubstr("note.jpg"), HasSubstr("not a PNG, JPEG or WebP")));
      EXPECT_NO_THROW(kept->read(7, picture));
    }
  }
}

TEST_F(FileSourceTest, NamesAPipe) {
  add_pictures(2);
  const auto pipe = root.path() / "pipe.jpg";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  files.push_back({.path = pipe, .name = "pipe.jpg", .label = 0});
  EXPECT_THAT(message_of(Code::io, [&] { source({}); }),
              ::testing::AllOf(HasSubstr("pipe.jpg"), HasSubstr("a named pipe")));
}

TEST_F(FileSourceTest, HasOneSizeWhereAllPicturesHave) {
  add("1.png", io::encode_png(waves(20, 30, 1)));
  add("2.jpg", io::encode_jpeg(waves(20, 30, 2)));
  EXPECT_EQ(source({})->common_size(), (augment::Size{20, 30}));
  EXPECT_EQ(source({.decode = io::Decode::fast})->common_size(), (augment::Size{20, 30}));
  EXPECT_EQ(source({.memory = 0})->common_size(), (augment::Size{20, 30}));
  EXPECT_EQ(source({.memory = 0})->bytes_in_memory(), 0);
  EXPECT_EQ(source({.memory = 0, .hash_contents = true})->common_size(), (augment::Size{20, 30}));
  for (const std::int64_t memory : {0, 1 << 20}) {
    const auto bytes = source({.memory = memory})->decoded_bytes();
    EXPECT_EQ(bytes, 2 * 20 * 30 * 3);
    EXPECT_EQ(source({.memory = memory, .sized_bytes = bytes})->common_size(),
              (augment::Size{20, 30}));
    EXPECT_EQ(source({.memory = memory, .sized_bytes = bytes - 1})->common_size(), std::nullopt);
  }
  for (const std::int64_t memory : {0, 1 << 20})
    EXPECT_EQ(source({.memory = memory, .decode = io::Decode::fast})->decoded_bytes(), 20 * 30 * 3);
  add("3.jpg", io::encode_jpeg(waves(20, 30, 2), {.orientation = 6}));
  EXPECT_EQ(source({})->common_size(), (augment::Size{20, 30}));
  EXPECT_EQ(source({.exif_orientation = true})->common_size(), std::nullopt);
  EXPECT_EQ(source({.memory = 0, .exif_orientation = true})->common_size(), std::nullopt);
}

TEST_F(FileSourceTest, HasOneSizeOnDiskAlsoWhereAPictureCannotBeRead) {
  for (int i = 0; i < 70; ++i) add(std::to_string(i) + ".png", io::encode_png(waves(8, 9, i)));
  add("bad.png", {});
  const FileOptions streamed{.memory = 0, .keep_bad = true};
  const FileOptions hashed{.memory = 0, .keep_bad = true, .hash_contents = true};
  EXPECT_EQ(source(streamed)->common_size(), (augment::Size{8, 9}));
  EXPECT_EQ(source({.keep_bad = true})->common_size(), (augment::Size{8, 9}));
  EXPECT_EQ(source(hashed)->common_size(), (augment::Size{8, 9}));
  // Not among the headers that are read first.
  const auto other = io::encode_png(waves(9, 8, 0));
  write_bytes(files[1].path, other.data(), other.size());
  EXPECT_EQ(source(streamed)->common_size(), std::nullopt);
  const auto all = source(hashed);
  EXPECT_EQ(all->common_size(), std::nullopt);
  for (std::int64_t i = 0; i < all->size(); ++i) EXPECT_TRUE(all->content(i)) << i;
}

}  // namespace
}  // namespace temper::data
