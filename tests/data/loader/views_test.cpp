// Several views of every image in a batch.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "temper/data/loader/loader.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

LoaderOptions options(std::size_t views, std::int64_t threads = 2) {
  const std::vector<augment::Operation> operations{
      augment::Resize{.sides = augment::ResizedSides::both}, augment::Flip{},
      augment::PadCrop{.padding = 3}};
  return {.views = std::vector(views, operations),
          .normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}},
          .size = {12, 12},
          .batch = 8,
          .seed = 5,
          .threads = threads};
}

const Batch& first_batch(Loader& loader) {
  loader.start(2);
  return *loader.next();
}

TEST(Views, TheFirstIsTheOneThatThereIsWithoutOthers) {
  const auto source = std::make_shared<NoiseSource>(40);
  Loader one(source, options(1));
  Loader three(source, options(3));
  const auto& alone = first_batch(one);
  const auto& together = first_batch(three);
  ASSERT_EQ(together.views.size(), 3U);
  EXPECT_TRUE(together.ids.equal(alone.ids));
  EXPECT_TRUE(together.views[0].equal(alone.views[0]));
  EXPECT_FALSE(together.views[1].equal(alone.views[0]));
  EXPECT_FALSE(together.views[2].equal(together.views[1]));
}

TEST(Views, DoNotDependOnThreads) {
  const auto source = std::make_shared<NoiseSource>(40);
  Loader alone(source, options(3, 0));
  Loader many(source, options(3, 8));
  const auto& a = first_batch(alone);
  const auto& b = first_batch(many);
  for (std::size_t view = 0; view < 3; ++view) EXPECT_TRUE(a.views[view].equal(b.views[view]));
}

TEST(Views, HaveOperationsOfTheirOwn) {
  const auto source = std::make_shared<NoiseSource>(40);
  auto plain = options(1);
  plain.views[0].resize(1);
  auto some = options(2);
  some.views[0].resize(1);
  Loader resized(source, plain);
  Loader both(source, some);
  Loader all(source, options(2));
  const auto& wanted = first_batch(resized);
  const auto& found = first_batch(both);
  EXPECT_TRUE(found.views[0].equal(wanted.views[0]));
  EXPECT_TRUE(found.views[1].equal(first_batch(all).views[1]));
}

TEST(Views, AreAllAdapted) {
  const auto source = std::make_shared<NoiseSource>(40);
  auto adapted = options(2);
  adapted.adapt = [](std::int64_t step, std::span<augment::Pipeline> views) {
    for (auto& view : views) {
      std::get<augment::Flip>(view.operations()[1]).p = step % 2 == 0 ? 0 : 1;
      view.set_input({10, 8});
    }
  };
  Loader loader(source, adapted);
  loader.start(0, 1);
  const auto& found = *loader.next();
  auto fixed = options(2);
  fixed.size = {10, 8};
  for (auto& view : fixed.views) std::get<augment::Flip>(view[1]).p = 1;
  Loader wanted(source, fixed);
  wanted.start(0, 1);
  const auto& batch = *wanted.next();
  for (std::size_t view = 0; view < 2; ++view)
    EXPECT_TRUE(found.views[view].equal(batch.views[view]));
}

TEST(Views, OfAFileAreOfOneDecode) {
  const auto bytes = io::encode_png(noise(40, 50, 3, 1));
  const auto pipelines = pipelines_of(options(3));
  std::vector<float> sample(static_cast<std::size_t>(pipelines.front().sample_size()));
  std::vector<std::vector<float>> samples;
  augment::Frame frame;
  io::Picture picture;
  for (const bool keeps : {false, true}) {
    picture.keep_pixels(keeps);
    picture.encoded(bytes, "noise", {});
    const auto before = picture.decodes();
    for (std::size_t view = 0; view < 3; ++view) {
      pipelines[view](picture, {.seed = 1, .view = view}, frame, sample.data());
      samples.push_back(sample);
    }
    EXPECT_EQ(picture.decodes() - before, keeps ? 1 : 3);
  }
  for (std::size_t view = 0; view < 3; ++view) EXPECT_EQ(samples[view], samples[view + 3]);
}

/// One file for all images. Notes how often its reader's picture has been decoded before.
class FileSource final : public NoiseSource {
 public:
  using NoiseSource::NoiseSource;
  void read(std::int64_t /*i*/, io::Picture& into) const override {
    decodes.push_back(into.decodes());
    into.encoded(bytes_, "noise", {});
  }
  mutable std::vector<std::int64_t> decodes;

 private:
  std::vector<std::byte> bytes_ = io::encode_png(noise(40, 50, 3, 1));
};

TEST(Views, OfABatchAreOfOneDecodePerImage) {
  const auto source = std::make_shared<FileSource>(40);
  Loader loader(source, options(3, 0));
  (void)first_batch(loader);
  ASSERT_GE(source->decodes.size(), 8U);
  for (std::size_t i = 1; i < source->decodes.size(); ++i)
    EXPECT_EQ(source->decodes[i] - source->decodes[i - 1], 1) << "image " << i;
}

TEST(Views, AreBetween1And16) {
  const auto source = std::make_shared<NoiseSource>(40);
  EXPECT_THROW(Loader(source, options(0)), Error);
  EXPECT_THROW(Loader(source, options(17)), Error);
}

}  // namespace
}  // namespace temper::data
