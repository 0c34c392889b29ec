// A thousand pictures, fifty of them broken: the check lists each with its reason, and training
// skips them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/data/tools/check.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/json_lines.h"
#include "temper/io/image/encode_jpeg.h"
#include "temper/run/run.h"
#include "temper/train/open_data.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::HasSubstr;

using Bytes = std::vector<std::byte>;

constexpr std::int64_t kPictures = 1000;
constexpr std::int64_t kBroken = 50;

void append(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
}

/// A gray JPEG of one block, with a scan for every bit of a coefficient.
Bytes of_many_scans(int scans) {
  Bytes bytes;
  append(bytes, {0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0});
  bytes.insert(bytes.end(), 64, std::byte{1});
  append(bytes, {0xFF, 0xC2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0});
  for (const int table : {0x00, 0x10}) {  // one code, 0, for the symbol 0
    append(bytes, {0xFF, 0xC4, 0, 20, table, 1});
    bytes.insert(bytes.end(), 16, std::byte{0});
  }
  const auto scan = [&](int coefficient, int high, int low) {
    if (scans-- > 0)
      append(bytes, {0xFF, 0xDA, 0, 8, 1, 1, 0, coefficient, coefficient, 16 * high + low, 0x7F});
  };
  for (int k = 0; k < 64; ++k) scan(k, 0, 1);
  for (int k = 0; k < 64; ++k) scan(k, 1, 0);
  append(bytes, {0xFF, 0xD9});
  return bytes;
}

/// Writes a side into the header of a baseline JPEG.
void set_size(Bytes& bytes, int height, int width) {
  for (std::size_t i = 2; i + 8 < bytes.size();) {
    const auto marker = std::to_integer<int>(bytes[i + 1]);
    if (marker == 0xC0) {
      for (const auto& [at, value] : {std::pair{i + 5, height}, std::pair{i + 7, width}}) {
        bytes[at] = static_cast<std::byte>(value / 256);
        bytes[at + 1] = static_cast<std::byte>(value % 256);
      }
      return;
    }
    i += 2 + 256 * std::to_integer<std::size_t>(bytes[i + 2]) +
         std::to_integer<std::size_t>(bytes[i + 3]);
  }
  FAIL() << "no header";
}

Bytes picture(std::int64_t i) {
  io::Image image{32, 40, 3, {}};
  image.pixels.resize(image.size());
  Random random(1, Purpose::inspect, {static_cast<std::uint64_t>(i)});
  for (auto& sample : image.pixels)
    sample = static_cast<std::uint8_t>(random.below(128) + 128 * static_cast<unsigned>(i % 2));
  return io::encode_jpeg(image);
}

bool is_broken(std::int64_t i) {
  return i % (kPictures / kBroken) == 7;
}

Bytes broken(std::int64_t i) {
  auto bytes = picture(i);
  switch (i / (kPictures / kBroken) % 6) {
    case 0:
      bytes.resize(bytes.size() / 2);
      break;
    case 1:
      bytes.clear();
      break;
    case 2: {
      const std::string_view text = "Dear sir, the picture is on its way.";
      const auto view = std::as_bytes(std::span(text));
      bytes.assign(view.begin(), view.end());
      break;
    }
    case 3:
      set_size(bytes, 64, 80);
      break;
    case 4:
      bytes = of_many_scans(100);
      break;
    default:
      set_size(bytes, 65000, 65000);
  }
  return bytes;
}

/// Pictures of two classes, even and odd indices, some of which are broken.
std::set<std::string> write_pictures(const train::small::fs::path& folder) {
  std::set<std::string> bad;
  for (const auto* name : {"even", "odd"}) train::small::fs::create_directories(folder / name);
  for (std::int64_t i = 0; i < kPictures; ++i) {
    const auto path = folder / (i % 2 == 0 ? "even" : "odd") / (std::to_string(i) + ".jpg");
    const auto bytes = is_broken(i) ? broken(i) : picture(i);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
    if (is_broken(i)) bad.insert(path.string());
  }
  return bad;
}

recipe::Recipe recipe_of(const train::small::fs::path& folder, std::vector<std::string> more = {}) {
  std::vector<std::string> sets{"data.source=\"" + folder.string() + "\"",
                                "data.validation=0.1",
                                "data.batch_size=25",
                                "data.size=16",
                                "data.augment=[\"random_resized_crop\"]",
                                "model.width=8",
                                "epochs=1",
                                "averaging=[]",
                                "checkpoint.every_steps=1000"};
  sets.insert(sets.end(), more.begin(), more.end());
  return train::small::recipe(sets);
}

std::map<std::string, std::string> skipped_in(const train::small::fs::path& run) {
  std::map<std::string, std::string> skipped;
  for (const auto& line : io::read_json_lines(run / "metrics.jsonl"))
    if (line["event"] == "skipped_image") {
      const bool first = skipped.emplace(line["image"], line["reason"]).second;
      EXPECT_TRUE(first) << line["image"] << " is told twice";
    }
  return skipped;
}

class BadPictures : public ::testing::Test {
 protected:
  train::small::Directory folder_;
  std::set<std::string> bad_ = write_pictures(folder_.path / "pictures");
};

TEST_F(BadPictures, AreAllNamedByTheCheckWithTheReason) {
  const auto check = data::check((folder_.path / "pictures").string(), {.threads = 2});
  ASSERT_EQ(check.error, "");
  EXPECT_FALSE(check.good());
  ASSERT_EQ(check.sets.size(), 1U);
  EXPECT_EQ(check.sets[0].images, kPictures);
  std::set<std::string> named;
  std::map<std::string, int> reasons;
  for (const auto& one : check.sets[0].bad) {
    named.insert(one.where);
    EXPECT_FALSE(one.reason.find(one.where) != std::string::npos) << one.reason;
    ++reasons[one.reason];
  }
  EXPECT_EQ(named, bad_);
  EXPECT_GE(reasons.size(), 6U);
  int scans = 0;
  for (const auto& [reason, count] : reasons)
    if (reason.find("more than 64 scans") != std::string::npos) scans += count;
  EXPECT_EQ(scans, 8);
}

TEST_F(BadPictures, StopTheRunUnlessToldOtherwise) {
  try {
    (void)train::open_data(recipe_of(folder_.path / "pictures"));
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::data);
    EXPECT_THAT(error.what(), HasSubstr((folder_.path / "pictures").string()));
  }
}

TEST_F(BadPictures, AreSkippedCountedAndListed) {
  const auto recipe = recipe_of(folder_.path / "pictures", {"data.on_bad_image=skip"});
  const auto plan = train::plan(recipe, train::open_data(recipe));
  EXPECT_EQ(plan.train->size(), 900);
  EXPECT_EQ(plan.validation->size() + std::count_if(plan.bad.begin(), plan.bad.end(),
                                                    [&](const auto& one) {
                                                      // Of the probe's images some are bad too, and
                                                      // lie in training.
                                                      for (std::int64_t i = 0;
                                                           i < plan.train->size(); ++i)
                                                        if (plan.train->where(i) == one.where)
                                                          return false;
                                                      return true;
                                                    }),
            100);
  const auto run = folder_.path / "run";
  EXPECT_TRUE(run::run(plan, {.directory = run}).finished);
  std::set<std::string> told;
  for (const auto& [where, reason] : skipped_in(run)) {
    told.insert(where);
    EXPECT_NE(reason, "");
  }
  EXPECT_EQ(told, bad_) << "36 batches of 25 are the whole training set";
}

TEST_F(BadPictures, AreReplacedAlikeForAnyThreadsMemoryAndStop) {
  const auto weights = [&](const std::string& name, std::vector<std::string> more,
                           std::optional<std::int64_t> stop = {}) {
    more.emplace_back("data.on_bad_image=skip");
    const auto recipe = recipe_of(folder_.path / "pictures", more);
    const auto plan = train::plan(recipe, train::open_data(recipe));
    const auto run = folder_.path / name;
    if (stop) run::run(plan, {.directory = run, .stop_at = stop});
    run::run(plan, {.directory = run});
    EXPECT_EQ(skipped_in(run).size(), 50U) << name;
    return io::hash_file(run / "model.safetensors");
  };
  const auto whole = weights("whole", {"data.num_workers=1"});
  EXPECT_EQ(weights("threads", {"data.num_workers=8"}), whole);
  EXPECT_EQ(weights("streamed", {"data.num_workers=2", "data.memory=0"}), whole);
  EXPECT_EQ(weights("stopped", {"data.num_workers=2"}, 17), whole);
}

}  // namespace
}  // namespace temper::run
