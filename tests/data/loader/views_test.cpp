// Several views of every image in a batch.
#include <gtest/gtest.h>

#include "temper/data/loader/loader.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

LoaderOptions options(std::int64_t views, std::int64_t threads = 2) {
  return {.operations = {augment::Resize{.sides = augment::ResizedSides::both}, augment::Flip{},
                         augment::PadCrop{.padding = 3}},
          .normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}},
          .size = {12, 12},
          .batch = 8,
          .seed = 5,
          .threads = threads,
          .views = views};
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

TEST(Views, TheFirstDoesWithoutWhatIsForLaterOnes) {
  const auto source = std::make_shared<NoiseSource>(40);
  auto plain = options(1);
  plain.operations.resize(1);
  auto some = options(2);
  some.only_later = {1, 3};
  Loader resized(source, plain);
  Loader both(source, some);
  Loader all(source, options(2));
  const auto& wanted = first_batch(resized);
  const auto& found = first_batch(both);
  EXPECT_TRUE(found.views[0].equal(wanted.views[0]));
  EXPECT_TRUE(found.views[1].equal(first_batch(all).views[1]));
}

TEST(Views, AreBetween1And16) {
  const auto source = std::make_shared<NoiseSource>(40);
  EXPECT_THROW(Loader(source, options(0)), Error);
  EXPECT_THROW(Loader(source, options(17)), Error);
}

}  // namespace
}  // namespace temper::data
