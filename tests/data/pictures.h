#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/data/sources/source.h"
#include "temper/io/image/image.h"

namespace temper::data {

/// A folder that is removed at the end of its test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() /
            ("temper-data-" + std::to_string(random()) + std::to_string(random()));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline void write_bytes(const std::filesystem::path& path, const void* bytes, std::size_t size) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

inline io::Image noise(int height, int width, int channels, std::uint64_t seed) {
  io::Image image{height, width, channels, {}};
  image.pixels.resize(image.size());
  Random random(seed, Purpose::inspect);
  for (auto& sample : image.pixels) sample = static_cast<std::uint8_t>(random.below(256));
  return image;
}

inline void write_picture(const std::filesystem::path& path, const io::Image& image) {
  const auto bytes = io::encode_png(image);
  write_bytes(path, bytes.data(), bytes.size());
}

/// A user-defined source: sizes vary, every seventh image has no label, and image `broken` can't be
/// read.
class NoiseSource : public Source {
 public:
  explicit NoiseSource(std::int64_t size, std::int64_t broken = -1)
      : size_(size), broken_(broken) {}
  std::int64_t size() const override { return size_; }
  const std::vector<std::string>& classes() const override { return classes_; }
  std::int64_t label(std::int64_t i) const override { return i % 7 == 6 ? -1 : i % 3; }
  int channels() const override { return 3; }
  void read(std::int64_t i, io::Picture& into) const override {
    if (i == broken_) throw std::runtime_error("the disk is upset");
    into.image() = noise(20 + static_cast<int>(i % 5), 24, 3, static_cast<std::uint64_t>(i));
  }
  std::string where(std::int64_t i) const override { return "noise " + std::to_string(i); }
  std::string digest() const override { return "noise"; }

 private:
  std::int64_t size_;
  std::int64_t broken_;
  std::vector<std::string> classes_ = {"red", "green", "blue"};
};

/// The error message of a call; the test fails if it doesn't throw, or throws another code.
template <class Call>
std::string message_of(Code code, Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace temper::data
