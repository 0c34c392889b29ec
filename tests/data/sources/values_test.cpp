#include "temper/data/sources/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/data/loader/loader.h"
#include "temper/data/prepare/labels.h"
#include "temper/data/prepare/prepare.h"
#include "temper/data/prepare/sampler.h"
#include "temper/data/prepare/split.h"
#include "temper/data/sources/concat_source.h"
#include "temper/data/sources/manifest.h"
#include "temper/data/sources/open.h"
#include "temper/data/sources/subset.h"
#include "temper/data/tools/check.h"
#include "temper/data/tools/pack.h"
#include "temper/io/disk/read_file.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Images without labels or values.
class PlainSource : public NoiseSource {
 public:
  using NoiseSource::NoiseSource;
  [[nodiscard]] const std::vector<std::string>& classes() const override { return none_; }
  [[nodiscard]] std::int64_t label(std::int64_t /*i*/) const override { return -1; }

 private:
  std::vector<std::string> none_;
};

/// Values (i, -i / 8); every seventh image has none.
std::shared_ptr<const RegressionSource> valued(std::int64_t size) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < size; ++i) {
    const bool none = i % 7 == 6;
    values.push_back(none ? kNone : static_cast<double>(i));
    values.push_back(none ? kNone : -static_cast<double>(i) / 8);
  }
  return std::make_shared<RegressionSource>(std::make_shared<PlainSource>(size),
                                            std::vector<std::string>{"x", "y"}, std::move(values));
}

std::vector<double> of(const Source& source, std::int64_t i) {
  const auto values = source.values(i);
  return {values.begin(), values.end()};
}

LoaderOptions options(std::int64_t threads) {
  return {.views = {{augment::RandomResizedCrop{}, augment::Flip{}}},
          .normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}},
          .size = {12, 12},
          .batch = 8,
          .seed = 5,
          .threads = threads};
}

struct Seen {
  std::vector<at::Tensor> images, targets, labelled, labels, ids;

  explicit Seen(Loader& loader) {
    while (const auto* batch = loader.next()) {
      images.push_back(batch->views.at(0).clone());
      targets.push_back(batch->targets.clone());
      labelled.push_back(batch->labelled.clone());
      labels.push_back(batch->labels.clone());
      ids.push_back(batch->ids.clone());
    }
  }
};

void expect_equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b,
                  std::size_t from = 0) {
  ASSERT_EQ(a.size(), b.size() - from);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].equal(b[i + from])) << i;
}

TEST(Values, ReachTheBatchWithAnyNumberOfThreads) {
  const auto source = valued(67);
  Loader alone(source, options(0));
  alone.start(1);
  const Seen expected(alone);
  for (const std::int64_t threads : {1, 2, 8}) {
    Loader loader(source, options(threads));
    loader.start(1);
    const Seen seen(loader);
    expect_equal(seen.images, expected.images);
    expect_equal(seen.targets, expected.targets);
    expect_equal(seen.labelled, expected.labelled);
    expect_equal(seen.ids, expected.ids);
  }
  for (std::size_t b = 0; b < expected.ids.size(); ++b) {
    EXPECT_EQ(expected.targets[b].sizes(), (std::vector<std::int64_t>{8, 2}));
    EXPECT_TRUE(expected.labels[b].eq(-1).all().item<bool>());
    for (std::int64_t row = 0; row < 8; ++row) {
      const auto id = expected.ids[b][row].item<std::int64_t>();
      const bool has = id % 7 != 6;
      EXPECT_EQ(expected.labelled[b][row].item<bool>(), has);
      EXPECT_EQ(expected.targets[b][row][0].item<float>(), has ? static_cast<float>(id) : 0);
      EXPECT_EQ(expected.targets[b][row][1].item<float>(), has ? -static_cast<float>(id) / 8 : 0);
    }
  }
}

TEST(Values, AreThoseOfTheEpochWhereALoaderBeginsInItsMiddle) {
  const auto source = valued(50);
  Loader loader(source, options(2));
  loader.start(3);
  const Seen whole(loader);
  loader.start(3, 4);
  const Seen rest(loader);
  expect_equal(rest.targets, whole.targets, 4);
  expect_equal(rest.labelled, whole.labelled, 4);
}

TEST(Values, ThatFloatCannotHoldEndTheRun) {
  const auto source = std::make_shared<RegressionSource>(std::make_shared<PlainSource>(8),
                                                         std::vector<std::string>{"far"},
                                                         std::vector<double>(8, 1e300));
  Loader loader(source, options(1));
  loader.start(0);
  EXPECT_THAT(message_of(Code::data, [&] { loader.next(); }),
              HasSubstr("value 1e+300 of 'far'; expected a finite number that float can hold"));
}

/// A user's source, whose image 3 has a value that is no number.
class CarelessSource : public PlainSource {
 public:
  using PlainSource::PlainSource;
  [[nodiscard]] const std::vector<std::string>& value_names() const override { return names_; }
  [[nodiscard]] std::span<const double> values(std::int64_t i) const override {
    return {i == 3 ? &kNone : &kOne, 1};
  }

 private:
  static constexpr double kOne = 1;
  std::vector<std::string> names_ = {"y"};
};

TEST(Values, ThatAreNoNumbersAreNeverTrainedOn) {
  const auto source = std::make_shared<CarelessSource>(8);
  EXPECT_EQ(message_of(Code::data, [&] { (void)value_scale(*source); }),
            "noise 3: value nan of 'y'; expected a finite number");
  Loader loader(source, options(1));
  loader.start(0);
  EXPECT_THAT(message_of(Code::data, [&] { loader.next(); }),
              HasSubstr("noise 3: value nan of 'y'; expected a finite number"));
}

TEST(Values, FollowTheImagesThroughSubsetsAndSplits) {
  const auto source = valued(70);
  const Subset subset(source, {5, 6, 2});
  EXPECT_EQ(subset.value_names(), source->value_names());
  EXPECT_EQ(of(subset, 0), (std::vector<double>{5, -0.625}));
  EXPECT_THAT(of(subset, 1), IsEmpty());
  EXPECT_EQ(subset.outputs(), 2);

  const auto split = stratified_split(*source, 0.25, 1);
  EXPECT_EQ(split.validation.size(), 15U) << "a quarter of the 60 that have values";
  for (const auto row : split.validation) EXPECT_TRUE(source->labelled(row));
  std::vector<bool> held(70);
  for (std::int64_t fold = 0; fold < 4; ++fold)
    for (const auto row : fold_split(*source, 4, fold, 1).validation) {
      EXPECT_FALSE(held[static_cast<std::size_t>(row)]);
      EXPECT_TRUE(source->labelled(row));
      held[static_cast<std::size_t>(row)] = true;
    }
  EXPECT_EQ(std::ranges::count(held, true), 60);

  const auto third = keep_labels(source, 1.0 / 3, 1);
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < 70; ++i) {
    if (!third->labelled(i)) continue;
    ++kept;
    EXPECT_EQ(of(*third, i), of(*source, i));
  }
  EXPECT_EQ(kept, 20);
  EXPECT_EQ(labeled_images(third)->size(), 20);

  const auto prepared = prepare({.train = source}, {.validation = 0.1}, 1);
  EXPECT_EQ(prepared.sets.train->size(), 54);
  EXPECT_EQ(prepared.sets.validation->size(), 6);
  EXPECT_THAT(prepared.notes,
              ElementsAre("10 of the 64 training images have no value and are left out"));
}

TEST(Values, AreInTheDigest) {
  const auto source = valued(20);
  auto changed = all_values(*source);
  changed[4] += 1e-9;
  const RegressionSource other(source->base(), source->value_names(), changed);
  const RegressionSource renamed(source->base(), {"x", "z"}, all_values(*source));
  const RegressionSource same(source->base(), source->value_names(), all_values(*source));
  EXPECT_EQ(same.digest(), source->digest());
  EXPECT_NE(other.digest(), source->digest());
  EXPECT_NE(renamed.digest(), source->digest());
}

TEST(Values, HaveNoClassesToBalanceOrConfuse) {
  const auto source = valued(20);
  EXPECT_THAT(message_of(Code::usage, [&] { class_balanced(*source, 0, 1); }),
              HasSubstr("class_balanced for data with values"));
  EXPECT_THAT(message_of(Code::usage, [&] { replace_labels(source, 0.2, 1); }),
              HasSubstr("data.label_noise = 0.2 for data with values"));
}

TEST(Values, AreStandardisedByTheSetThatIsTrainedOn) {
  const auto source = std::make_shared<RegressionSource>(
      std::make_shared<PlainSource>(4), std::vector<std::string>{"a", "fixed"},
      std::vector<double>{1, 7, kNone, kNone, 3, 7, 8, 7});
  const auto scale = value_scale(*source);
  EXPECT_THAT(scale.mean, ElementsAre(DoubleEq(4), DoubleEq(7)));
  // numpy.std([1, 3, 8])
  EXPECT_THAT(scale.deviation, ElementsAre(DoubleEq(2.943920288775949), DoubleEq(1)));
  const auto scaled = standardised(source, scale);
  EXPECT_THAT(of(*scaled, 0), ElementsAre(DoubleEq(-3 / 2.943920288775949), DoubleEq(0)));
  EXPECT_THAT(of(*scaled, 1), IsEmpty());
  const auto again = value_scale(*scaled);
  EXPECT_NEAR(again.mean[0], 0, 1e-15);
  EXPECT_NEAR(again.deviation[0], 1, 1e-15);
  const auto classes = std::make_shared<NoiseSource>(4);
  EXPECT_EQ(standardised(classes, value_scale(*classes)), classes);
}

TEST(Values, RefuseWhatDoesNotFit) {
  const auto base = std::make_shared<PlainSource>(2);
  const auto error = [&](Code code, std::vector<std::string> names, std::vector<double> values) {
    return message_of(code, [&] { RegressionSource(base, std::move(names), std::move(values)); });
  };
  EXPECT_THAT(error(Code::usage, {"a"}, {1}), HasSubstr("1 values, 1 names"));
  EXPECT_THAT(error(Code::usage, {}, {}), HasSubstr("0 names"));
  EXPECT_THAT(error(Code::usage, {"a", "a"}, {1, 2, 3, 4}), HasSubstr("1 of them different"));
  EXPECT_THAT(error(Code::data, {"a", "b"}, {1, 2, 3, kNone}),
              HasSubstr("noise 1: 1 of its 2 values are missing; expected all or none"));
  EXPECT_THAT(error(Code::data, {"a"}, {1, std::numeric_limits<double>::infinity()}),
              HasSubstr("noise 1: value inf of 'a'; expected a finite number"));
  EXPECT_THAT(message_of(Code::usage,
                         [&] { RegressionSource(std::make_shared<NoiseSource>(1), {"a"}, {1}); }),
              HasSubstr("of 3 classes"));
}

class ValueTable : public ::testing::Test {
 protected:
  ValueTable() {
    for (int i = 0; i < 6; ++i)
      write_picture(root.path() / "p" / (std::to_string(i) + ".png"),
                    noise(4, 5, 3, static_cast<std::uint64_t>(i)));
  }
  std::string table(const std::string& text, const std::string& name = "list.csv") {
    write_bytes(root.path() / name, text.data(), text.size());
    return (root.path() / name).string();
  }
  std::string error(const std::string& text) {
    const auto path = table(text);
    return message_of(Code::data, [&] { open(path); });
  }

  TemporaryFolder root;
};

TEST_F(ValueTable, NamesValuesAndSets) {
  const auto sets =
      open(table("path,Target_x,note,target_y,split\n"
                 "p/0.png,1.5,n,-2e3,\n"
                 "p/1.png,,n,,train\n"
                 "p/2.png,+0.25,n,7,train\n"
                 "p/3.png,4,n,5,val\n"
                 "p/4.png,6,n,7,test\n"));
  EXPECT_THAT(sets.train->value_names(), ElementsAre("x", "y"));
  EXPECT_THAT(sets.train->classes(), IsEmpty());
  EXPECT_THAT(of(*sets.train, 0), ElementsAre(1.5, -2000));
  EXPECT_THAT(of(*sets.train, 1), IsEmpty());
  EXPECT_FALSE(sets.train->labelled(1));
  EXPECT_THAT(of(*sets.train, 2), ElementsAre(0.25, 7));
  EXPECT_THAT(of(*sets.validation, 0), ElementsAre(4, 5));
  EXPECT_THAT(of(*sets.test, 0), ElementsAre(6, 7));
  EXPECT_EQ(sets.train->image(2), noise(4, 5, 3, 2));
  EXPECT_EQ(sets.height, 4);
  EXPECT_THAT(open(table("path,target\np/0.png,3\n")).train->value_names(), ElementsAre("target"));
}

TEST_F(ValueTable, MayBeSeveralTablesOrSources) {
  table("path,target\np/0.png,1\n", "train.csv");
  table("path,target\np/1.png,2\n", "val.csv");
  EXPECT_THAT(of(*open(root.path().string()).validation, 0), ElementsAre(2));
  table("path,label\np/1.png,2\n", "val.csv");
  EXPECT_THAT(message_of(Code::data, [&] { open(root.path().string()); }),
              HasSubstr("val.csv:1: labels; expected the targets target, as in "));
  const auto a = table("path,target\np/2.png,1\n", "a.csv");
  const auto b = table("path,target\np/3.png,2\n", "b.csv");
  const auto c = table("path,label\np/4.png,2\np/5.png,3\n", "c.csv");
  const auto both = open_several({{a}, {b}});
  EXPECT_THAT(of(*both.train, 1), ElementsAre(2));
  EXPECT_EQ(both.train->outputs(), 1);
  EXPECT_THAT(message_of(Code::data, [&] { open_several({{a}, {c}}); }),
              HasSubstr("has the values target, "));
}

TEST_F(ValueTable, NamesTheLineThatIsWrong) {
  const std::string head = "path,target\np/0.png,1\n";
  for (const auto* text : {"nan", "inf", "-inf", "tall", "1e999", "1 m", "0x10", " 1", "\"1,5\""})
    EXPECT_THAT(error(head + "p/1.png," + text + "\n"),
                AllOf(HasSubstr("list.csv:3: '"),
                      HasSubstr("' for the target 'target'; expected a finite number")))
        << text;
  EXPECT_THAT(error("path,target_a,target_b\np/0.png,1,2\np/1.png,,2\n"),
              HasSubstr("list.csv:3: 1 of 2 targets are missing; expected all of them or none"));
  EXPECT_THAT(error("path,target_a,target_b\np/0.png,1,2\np/1.png,1\n"), HasSubstr("list.csv:3"));
  EXPECT_THAT(error("path,label,target\np/0.png,a,1\n"),
              HasSubstr("list.csv:1: the columns 'label' and 'target': a network is trained on "
                        "labels or on targets"));
  EXPECT_THAT(error("path,target_a,TARGET_a\np/0.png,1,1\n"),
              HasSubstr("list.csv:1: two columns for the target 'a'"));
  EXPECT_THAT(error("path,target,split\np/0.png,1,val\n"), HasSubstr("no training pictures"));
  const auto none = table("path,target\np/0.png,\n");
  EXPECT_THAT(message_of(Code::data, [&] { prepare(open(none), {}, 1); }),
              HasSubstr("no training image has a value"));
}

TEST_F(ValueTable, IsPackedIntoShards) {
  const auto path = table(
      "path,target_y,target_x,split\n"
      "p/0.png,1.5,-2e3,\n"
      "p/1.png,,,train\n"
      "p/2.png,0.1,1e300,train\n"
      "p/3.png,4,-0,val\n");
  const auto out = root.path() / "packed";
  EXPECT_EQ(pack(path, out, {}).values, 2);
  const auto before = open(path);
  const auto after = open(out.string());
  EXPECT_THAT(after.train->value_names(), ElementsAre("y", "x"));
  EXPECT_THAT(after.train->classes(), IsEmpty());
  EXPECT_THAT(of(*after.validation, 0), ElementsAre(4, 0));
  ASSERT_EQ(after.train->size(), 3);
  for (std::int64_t i = 0; i < 3; ++i) {
    std::int64_t same = 0;
    while (before.train->image(same) != after.train->image(i)) ++same;
    EXPECT_EQ(of(*after.train, i), of(*before.train, same)) << same;
  }
  // From the shards alone, and again into shards.
  const auto shard = out / "train/train-000000.tar";
  const auto index = io::read_text(shard.string() + ".index");
  fs::remove(shard.string() + ".index");
  fs::remove(out / "dataset.json");
  EXPECT_THAT(open(out.string()).train->value_names(), ElementsAre("y", "x"));
  EXPECT_EQ(io::read_text(shard.string() + ".index"), index);
  pack(out.string(), root.path() / "again", {});
  EXPECT_THAT(of(*open((root.path() / "again").string()).validation, 0), ElementsAre(4, 0));
}

TEST_F(ValueTable, InShardsHasOneSetOfNames) {
  const auto a = root.path() / "a";
  pack(table("path,target_y\np/0.png,1\n"), a, {});
  pack(table("path,target_x\np/1.png,1\n"), root.path() / "b", {});
  fs::remove(a / "dataset.json");
  fs::create_directories(a / "val");
  fs::copy_file(root.path() / "b/train/train-000000.tar", a / "val/0.tar");
  EXPECT_THAT(message_of(Code::data, [&] { open(a.string()); }),
              AllOf(HasSubstr("val/0.tar: the values x; expected y, as in "),
                    HasSubstr("train-000000.tar")));
}

TEST_F(ValueTable, IsNotPackedWhereANameIsNoText) {
  const auto path = table("path,target_\xff\np/0.png,1\n");
  EXPECT_THAT(message_of(Code::data, [&] { pack(path, root.path() / "packed", {}); }),
              HasSubstr("list.csv:1: the target '\\xff' is not UTF-8; save the file as UTF-8"));
  EXPECT_FALSE(fs::exists(root.path() / "packed"));
}

TEST_F(ValueTable, IsCheckedForWhatItsValuesAre) {
  write_picture(root.path() / "p" / "6.png", noise(4, 5, 3, 0));
  const auto path = table("path,target\np/0.png,1\np/1.png,5\np/2.png,\np/6.png,2\n");
  const auto found = check(path);
  EXPECT_EQ(found.sets.at(0).unlabelled, 1);
  EXPECT_THAT(to_text(found),
              AllOf(HasSubstr("4 pictures, 1 of them without a value"),
                    HasSubstr("target, training: 1 to 5, mean 2.66667, standard deviation 1.69967"),
                    HasSubstr("with more than one value:\n"), HasSubstr("not good")));
  const auto json = to_json(found);
  EXPECT_EQ(json["sets"][0]["values"]["target"]["largest"], 5);
  EXPECT_EQ(json["duplicates"][0]["labels_differ"], true);
}

}  // namespace
}  // namespace temper::data
