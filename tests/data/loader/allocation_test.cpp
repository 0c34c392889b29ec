// This program's operator new counts.
#include <gtest/gtest.h>

#include "temper/data/loader/loader.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/file_source.h"
#include "temper/io/image/encode_jpeg.h"
#include "tests/data/pictures.h"
#include "tests/support/counting_new.h"

namespace temper::data {
namespace {

using temper::testing::allocations;

std::shared_ptr<const Source> pictures(std::int64_t count) {
  ArraySource::Contents contents{
      .name = "grey", .classes = {"one"}, .height = 14, .width = 14, .channels = 1};
  contents.pixels.assign(static_cast<std::size_t>(count * 14 * 14), 7);
  contents.labels.assign(static_cast<std::size_t>(count), 0);
  return std::make_shared<ArraySource>(std::move(contents));
}

/// Allocations during the last twenty of thirty batches, which this thread prepares itself.
std::int64_t allocations_of(std::int64_t batch, bool adapted) {
  LoaderOptions options{.views = {{augment::PadCrop{}, augment::Flip{},
                                   augment::Resize{.sides = augment::ResizedSides::both}}},
                        .normalisation = {{0.4}, {0.2}},
                        .size = {12, 12},
                        .batch = batch,
                        .threads = 0};
  if (adapted)
    options.adapt = [](std::int64_t step, std::span<augment::Pipeline> views) {
      auto& pipeline = views.front();
      std::get<augment::Flip>(pipeline.operations()[1]).p = 0.1 * static_cast<double>(step % 3);
      pipeline.set_input({8 + step % 4, 8 + step % 4});
    };
  Loader loader(pictures(30 * batch), options);
  loader.start(0);
  for (int i = 0; i < 10; ++i) loader.next();
  const auto before = allocations;
  for (int i = 0; i < 20; ++i) loader.next();
  return allocations - before;
}

/// Files of every format, streamed. Allocations in C by the formats' libraries are not counted.
std::int64_t allocations_of_files(io::Decode decode) {
  const TemporaryFolder root;
  std::vector<FileSource::File> files;
  for (int i = 0; i < 24; ++i) {
    const auto name = std::to_string(i);
    const auto image = noise(60 + i % 5, 80 - i % 7, 3, static_cast<std::uint64_t>(i));
    const auto bytes =
        i % 2 == 0 ? io::encode_png(image) : io::encode_jpeg(image, {.orientation = 1 + i / 2 % 8});
    write_bytes(root.path() / name, bytes.data(), bytes.size());
    files.push_back({.path = root.path() / name, .name = name, .label = 0});
  }
  const auto source = std::make_shared<FileSource>(
      files, std::vector<std::string>{"one"},
      FileOptions{.memory = 0, .decode = decode, .exif_orientation = true});
  Loader loader(source, {.views = {{augment::RandomResizedCrop{}, augment::Flip{},
                                    augment::Resize{.sides = augment::ResizedSides::both}}},
                         .normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.2, 0.2}},
                         .size = {24, 24},
                         .batch = 8,
                         .threads = 0});
  for (int epoch = 0; epoch < 2; ++epoch) {
    loader.start(0);
    while (loader.next() != nullptr) {
    }
  }
  loader.start(0);
  loader.next();
  const auto before = allocations;
  loader.next();
  loader.next();
  return allocations - before;
}

TEST(Loader, AllocatesNothingForAPictureInAFile) {
  EXPECT_EQ(allocations_of_files(io::Decode::exact), 0);
  EXPECT_EQ(allocations_of_files(io::Decode::fast), 0);
}

TEST(Loader, AllocatesNothingInSteadyState) {
  EXPECT_EQ(allocations_of(8, false), 0);
}

TEST(Loader, AllocatesNothingForAnImageWhereBatchesAreAdapted) {
  EXPECT_EQ(allocations_of(64, true), allocations_of(8, true)) << "views, a few a batch";
}

}  // namespace
}  // namespace temper::data
