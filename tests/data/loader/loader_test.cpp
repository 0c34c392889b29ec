#include "temper/data/loader/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <set>
#include <thread>

#include "tests/data/pictures.h"

namespace temper::data {
namespace {

using ::testing::HasSubstr;

LoaderOptions options(std::int64_t threads = 2) {
  return {.views = {{augment::RandomResizedCrop{}, augment::Flip{},
                     augment::PadCrop{.padding = 2, .fill = 9}}},
          .normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}},
          .size = {12, 12},
          .batch = 8,
          .seed = 5,
          .threads = threads};
}

LoaderOptions evaluation(std::int64_t threads = 2) {
  auto result = options(threads);
  result.views = {augment::evaluation_operations(false)};
  result.shuffle = false;
  result.drop_last = false;
  return result;
}

template <class T>
void append(std::vector<char>& bytes, const at::Tensor& tensor) {
  const auto* data = static_cast<const char*>(tensor.const_data_ptr());
  bytes.insert(bytes.end(), data, data + tensor.numel() * static_cast<std::int64_t>(sizeof(T)));
}

/// Every byte of a batch.
std::vector<char> bytes_of(const Batch& batch) {
  std::vector<char> bytes;
  append<float>(bytes, batch.views.at(0));
  append<std::int64_t>(bytes, batch.labels);
  append<float>(bytes, batch.targets);
  append<bool>(bytes, batch.labelled);
  append<std::int64_t>(bytes, batch.ids);
  return bytes;
}

std::vector<std::vector<char>> rest_of_epoch(Loader& loader) {
  std::vector<std::vector<char>> batches;
  while (const auto* batch = loader.next()) batches.push_back(bytes_of(*batch));
  return batches;
}

std::vector<std::int64_t> ids_of_epoch(Loader& loader, std::int64_t epoch) {
  std::vector<std::int64_t> ids;
  loader.start(epoch);
  while (const auto* batch = loader.next()) {
    const auto* data = batch->ids.const_data_ptr<std::int64_t>();
    ids.insert(ids.end(), data, data + batch->ids.numel());
  }
  return ids;
}

TEST(Loader, GivesTheSameBytesWithAnyNumberOfThreads) {
  const auto source = std::make_shared<NoiseSource>(203);
  Loader alone(source, options(0));
  for (std::int64_t threads : {1, 2, 8}) {
    Loader loader(source, options(threads));
    for (std::int64_t epoch : {0, 3}) {
      alone.start(epoch);
      loader.start(epoch);
      EXPECT_EQ(rest_of_epoch(loader), rest_of_epoch(alone)) << threads << " threads";
    }
  }
}

TEST(Loader, BeginsAtAnyBatchAsIfItHadComeThere) {
  const auto source = std::make_shared<NoiseSource>(100);
  Loader loader(source, options());
  loader.start(2);
  const auto whole = rest_of_epoch(loader);
  ASSERT_EQ(whole.size(), 12U);
  for (std::int64_t first : {0, 1, 5, 11, 12}) {
    loader.start(2, first);
    EXPECT_EQ(rest_of_epoch(loader),
              std::vector(whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()));
  }
}

/// The rows of a batch that a loader of a part of it has to give.
std::vector<char> part_of(const Batch& batch, BatchPart part) {
  return bytes_of(batch.rows(part.first, part.count));
}

TEST(Loader, GivesAPartOfEachBatchAsInTheWholeBatch) {
  const auto source = std::make_shared<NoiseSource>(100);
  Loader whole(source, options());
  for (const auto& part : {BatchPart{0, 3}, BatchPart{3, 1}, BatchPart{4, 4}, BatchPart{0, 8}})
    for (const std::int64_t threads : {0, 3}) {
      auto own = options(threads);
      own.part = part;
      Loader loader(source, own);
      EXPECT_EQ(loader.batches(), whole.batches());
      for (const std::int64_t first : {0, 7}) {
        whole.start(1, first);
        loader.start(1, first);
        while (const auto* batch = whole.next()) {
          const auto* found = loader.next();
          ASSERT_NE(found, nullptr);
          EXPECT_EQ(bytes_of(*found), part_of(*batch, part));
          EXPECT_EQ(found->first_row, part.first);
          EXPECT_EQ(found->size(), 8);
          EXPECT_EQ(found->rows(1 % part.count, 1).first_row, part.first + 1 % part.count);
        }
        EXPECT_EQ(loader.next(), nullptr);
      }
    }
}

TEST(Loader, RefusesPartsThatAreNotWithinTheBatch) {
  const auto source = std::make_shared<NoiseSource>(100);
  for (const auto& part : {BatchPart{0, 0}, BatchPart{-1, 2}, BatchPart{7, 2}}) {
    auto own = options();
    own.part = part;
    EXPECT_THROW(Loader(source, own), Error);
  }
  auto last = evaluation();
  last.part = BatchPart{0, 4};
  EXPECT_THROW(Loader(source, last), Error);
}

TEST(Loader, StartsAnewInTheMiddle) {
  const auto source = std::make_shared<NoiseSource>(100);
  Loader loader(source, options(4));
  loader.start(1);
  const auto expected = rest_of_epoch(loader);
  for (int i = 0; i < 30; ++i) {
    loader.start(i);
    for (int k = 0; k < i % 4; ++k) loader.next();
  }
  loader.start(1);
  EXPECT_EQ(rest_of_epoch(loader), expected);
}

TEST(Loader, AnEpochHasEveryImageOnceInAnOrderOfItsOwn) {
  Loader loader(std::make_shared<NoiseSource>(96), options());
  const auto first = ids_of_epoch(loader, 0);
  const auto second = ids_of_epoch(loader, 1);
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), 96U);
  EXPECT_EQ(std::set(second.begin(), second.end()).size(), 96U);
  EXPECT_NE(first, second);
  EXPECT_FALSE(std::is_sorted(first.begin(), first.end()));
}

TEST(Loader, TrainingDropsAnIncompleteBatchAndEvaluationKeepsIt) {
  const auto source = std::make_shared<NoiseSource>(21);
  Loader training(source, options());
  EXPECT_EQ(training.batches(), 2);
  EXPECT_EQ(ids_of_epoch(training, 0).size(), 16U);

  Loader evaluating(source, evaluation());
  EXPECT_EQ(evaluating.batches(), 3);
  std::vector<std::int64_t> in_order(21);
  std::iota(in_order.begin(), in_order.end(), 0);
  EXPECT_EQ(ids_of_epoch(evaluating, 0), in_order);

  Loader of_few(std::make_shared<NoiseSource>(3), evaluation());
  of_few.start(0);
  EXPECT_EQ(of_few.next()->views[0].size(0), 3);
  EXPECT_EQ(of_few.next(), nullptr);
  EXPECT_EQ(of_few.next(), nullptr);
}

TEST(Loader, BatchesAreChannelsLastAndSayWhichRowsHaveLabels) {
  Loader loader(std::make_shared<NoiseSource>(21), evaluation());
  loader.start(0);
  while (const auto* batch = loader.next()) {
    const auto n = batch->ids.size(0);
    EXPECT_EQ(batch->views[0].sizes(), (at::IntArrayRef{n, 3, 12, 12}));
    EXPECT_TRUE(batch->views[0].is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_EQ(batch->targets.sizes(), (at::IntArrayRef{n, 3}));
    for (std::int64_t row = 0; row < n; ++row) {
      const auto id = batch->ids.const_data_ptr<std::int64_t>()[row];
      const auto label = id % 7 == 6 ? -1 : id % 3;
      EXPECT_EQ(batch->labels.const_data_ptr<std::int64_t>()[row], label);
      EXPECT_EQ(batch->labelled.const_data_ptr<bool>()[row], label >= 0);
      for (std::int64_t c = 0; c < 3; ++c)
        EXPECT_EQ(batch->targets.const_data_ptr<float>()[row * 3 + c], c == label ? 1 : 0);
    }
  }
}

TEST(Loader, ABatchStaysAsItIsUntilTheNextCall) {
  Loader loader(std::make_shared<NoiseSource>(200), options(4));
  loader.start(0);
  for (int i = 0; i < 5; ++i) {
    const auto* batch = loader.next();
    const auto before = bytes_of(*batch);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the workers fill the free slots
    EXPECT_EQ(bytes_of(*batch), before);
  }
}

TEST(Loader, SamplesAreThePipelines) {
  const auto source = std::make_shared<NoiseSource>(16);
  const auto opts = options();
  Loader loader(source, opts);
  loader.start(4);
  const auto* batch = loader.next();
  const augment::Pipeline pipeline(opts.views.front(), opts.normalisation, opts.size);
  augment::Frame frame(opts.size);
  std::vector<float> sample(static_cast<std::size_t>(pipeline.sample_size()));
  io::Picture image;
  for (std::int64_t row = 0; row < 8; ++row) {
    const auto id = batch->ids.const_data_ptr<std::int64_t>()[row];
    source->read(id, image);
    pipeline(image, {5, 4, static_cast<std::uint64_t>(id)}, frame, sample.data());
    EXPECT_EQ(std::memcmp(sample.data(),
                          batch->views[0].const_data_ptr<float>() + row * pipeline.sample_size(),
                          sample.size() * sizeof(float)),
              0);
  }
}

TEST(Loader, UsersOwnOperationsRunInTheWorkersAndStayReproducible) {
  const auto source = std::make_shared<NoiseSource>(64);
  const augment::Custom darken{.name = "darken", .function = [](io::Image& image, Random& random) {
                                 const auto by = random.below(128);
                                 for (auto& s : image.pixels)
                                   s = static_cast<std::uint8_t>(s > by ? s - by : 0);
                               }};
  const auto epoch = [&](std::int64_t threads) {
    auto opts = options(threads);
    opts.views.front().emplace_back(darken);
    Loader loader(source, opts);
    loader.start(0);
    return rest_of_epoch(loader);
  };
  EXPECT_EQ(epoch(1), epoch(4));
  Loader without(source, options());
  without.start(0);
  EXPECT_NE(epoch(1), rest_of_epoch(without));
}

/// Images whose size and flip probability grow with the step.
augment::Size size_at(std::int64_t step) {
  return {8 + step % 7, 12 - step % 5};
}
double chance_at(std::int64_t step) {
  return 0.02 * static_cast<double>(step);
}

LoaderOptions adapted(std::int64_t threads = 2) {
  auto result = options(threads);
  result.views.front().emplace_back(augment::Resize{.sides = augment::ResizedSides::both});
  result.size = {14, 12};
  result.adapt = [](std::int64_t step, std::span<augment::Pipeline> views) {
    std::get<augment::Flip>(views.front().operations()[1]).p = chance_at(step);
    views.front().set_input(size_at(step));
  };
  return result;
}

TEST(AdaptedLoader, GivesTheSameBytesWithAnyNumberOfThreads) {
  const auto source = std::make_shared<NoiseSource>(203);
  Loader alone(source, adapted(0));
  for (std::int64_t threads : {1, 2, 8}) {
    Loader loader(source, adapted(threads));
    for (std::int64_t epoch : {0, 1}) {
      alone.start(epoch);
      loader.start(epoch);
      EXPECT_EQ(rest_of_epoch(loader), rest_of_epoch(alone)) << threads << " threads";
    }
  }
}

TEST(AdaptedLoader, ABatchIsThatOfALoaderWithTheValuesOfItsStep) {
  const auto source = std::make_shared<NoiseSource>(100);
  Loader loader(source, adapted());
  const std::int64_t epoch = 2;
  loader.start(epoch);
  for (std::int64_t batch = 0; batch < loader.batches(); ++batch) {
    const auto step = epoch * loader.batches() + batch;
    auto fixed = adapted();
    fixed.adapt = {};
    fixed.size = size_at(step);
    std::get<augment::Flip>(fixed.views.front()[1]).p = chance_at(step);
    Loader one(source, fixed);
    one.start(epoch, batch);
    EXPECT_EQ(bytes_of(*loader.next()), bytes_of(*one.next())) << "step " << step;
  }
}

TEST(AdaptedLoader, BeginsAtAnyBatchAsIfItHadComeThere) {
  const auto source = std::make_shared<NoiseSource>(100);
  Loader loader(source, adapted());
  loader.start(1);
  const auto whole = rest_of_epoch(loader);
  for (std::int64_t first : {1, 5, 11}) {
    Loader anew(source, adapted());
    anew.start(1, first);
    EXPECT_EQ(rest_of_epoch(anew),
              std::vector(whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()));
  }
}

TEST(AdaptedLoader, WithValuesThatStayItIsAsWithout) {
  const auto source = std::make_shared<NoiseSource>(100);
  auto opts = options();
  Loader without(source, opts);
  opts.views.front().emplace_back(augment::Resize{.sides = augment::ResizedSides::both});
  opts.adapt = [](std::int64_t, std::span<augment::Pipeline> views) {
    views.front().set_input({12, 12});
  };
  Loader with(source, opts);
  without.start(0);
  with.start(0);
  EXPECT_EQ(rest_of_epoch(with), rest_of_epoch(without));
}

TEST(AdaptedLoader, BatchesLieInTheSameMemoryAndAreAskedForOnce) {
  auto opts = adapted(4);
  std::atomic<int> calls = 0;
  opts.adapt = [&, adapt = opts.adapt](std::int64_t step, std::span<augment::Pipeline> views) {
    ++calls;
    adapt(step, views);
  };
  Loader loader(std::make_shared<NoiseSource>(200), opts);
  loader.start(0);
  std::set<const void*> places;
  for (std::int64_t step = 0; step < loader.batches(); ++step) {
    const auto* batch = loader.next();
    const auto [height, width] = size_at(step);
    EXPECT_EQ(batch->views[0].sizes(), (at::IntArrayRef{8, 3, height, width}));
    EXPECT_TRUE(batch->views[0].is_contiguous(at::MemoryFormat::ChannelsLast));
    places.insert(batch->views[0].const_data_ptr());
  }
  EXPECT_EQ(places.size(), 3U);
  EXPECT_EQ(calls, 25);
}

TEST(AdaptedLoader, WhatCannotBeMadeIsToldWhenItsBatchIsDue) {
  for (std::int64_t threads : {0, 4}) {
    auto opts = adapted(threads);
    opts.adapt = [](std::int64_t step, std::span<augment::Pipeline> views) {
      auto& pipeline = views.front();
      if (step == 1) pipeline.set_input({15, 12});
      if (step == 2) throw Error(Code::usage, "not today");
      if (step > 2 || step == 0) pipeline.set_input({12, 12});
    };
    Loader loader(std::make_shared<NoiseSource>(40), opts);
    loader.start(0);
    EXPECT_NE(loader.next(), nullptr);
    EXPECT_EQ(message_of(Code::usage, [&] { loader.next(); }),
              "a batch of 15 x 12 pixels; the loader has memory for 1 x 1 to 14 x 12");
    loader.start(0, 2);
    EXPECT_EQ(message_of(Code::usage, [&] { loader.next(); }), "not today");
    loader.start(0, 3);
    EXPECT_EQ(rest_of_epoch(loader).size(), 2U);
  }
}

TEST(Loader, AnUnreadableImageIsNamedWhenItsBatchIsDue) {
  for (std::int64_t threads : {0, 1, 4}) {
    Loader loader(std::make_shared<NoiseSource>(40, 19), evaluation(threads));
    loader.start(0);
    EXPECT_NE(loader.next(), nullptr);
    EXPECT_NE(loader.next(), nullptr);
    EXPECT_EQ(message_of(Code::data, [&] { loader.next(); }), "noise 19: the disk is upset");
    EXPECT_EQ(message_of(Code::data, [&] { loader.next(); }), "noise 19: the disk is upset");
    loader.start(0, 3);
    EXPECT_EQ(rest_of_epoch(loader).size(), 2U);
  }
}

TEST(Loader, AnImageOfTheWrongSizeSaysWhatToDo) {
  auto opts = evaluation();
  opts.views.front().clear();
  Loader loader(std::make_shared<NoiseSource>(8), opts);
  loader.start(0);
  EXPECT_EQ(message_of(Code::usage, [&] { loader.next(); }),
            "noise 0: an image of 20 x 24 pixels where the network takes 12 x 12; add resize, "
            "center_crop or random_resized_crop");
}

TEST(Loader, RefusesOptionsThatCannotWork) {
  const auto source = std::make_shared<NoiseSource>(7);
  EXPECT_THAT(message_of(Code::usage, [&] { Loader(source, options()); }),
              HasSubstr("data.batch_size = 8 for a set of 7 images"));
  EXPECT_THAT(
      message_of(Code::usage, [&] { Loader(std::make_shared<NoiseSource>(0), evaluation()); }),
      HasSubstr("0 images"));
  auto grey = evaluation();
  grey.normalisation = {{0.5}, {0.5}};
  EXPECT_THAT(message_of(Code::usage, [&] { Loader(source, grey); }), HasSubstr("1 channels"));
}

TEST(Loader, EndsQuicklyInTheMiddleOfSlowWork) {
  auto opts = options(4);
  opts.views = {{augment::Custom{.name = "slow", .function = [](io::Image& image, Random&) {
                                   std::this_thread::sleep_for(std::chrono::milliseconds(10));
                                   image = noise(12, 12, 3, 1);
                                 }}}};
  opts.batch = 64;
  const auto begin = std::chrono::steady_clock::now();
  {
    Loader loader(std::make_shared<NoiseSource>(6400), opts);
    loader.start(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace temper::data
