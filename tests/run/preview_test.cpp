#include "temper/run/preview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "tests/data/pictures.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using data::message_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

train::Plan plan_of(const std::vector<std::string>& sets = {}) {
  return train::plan(train::small::recipe(sets), train::small::dataset(64));
}

const PreviewSection& section(const Preview& preview, const std::string& id) {
  return *std::ranges::find(preview.sections, id, &PreviewSection::id);
}

/// The index of a training image, from its name.
std::int64_t sample_of(const train::Plan& plan, const std::string& where) {
  for (std::int64_t i = 0; i < plan.train->size(); ++i)
    if (plan.train->where(i) == where) return i;
  ADD_FAILURE() << where;
  return 0;
}

/// The pixels that training gets of an image, without a schedule.
io::Image prepared(const train::Plan& plan, std::int64_t sample, std::int64_t epoch,
                   std::size_t view = 0) {
  io::Picture picture;
  plan.train->read(sample, picture);
  augment::Frame frame;
  return data::pipelines_of(plan.training)
      .at(view)
      .pixels(picture,
              {.seed = plan.training.seed,
               .epoch = static_cast<std::uint64_t>(epoch),
               .sample = static_cast<std::uint64_t>(sample),
               .view = view},
              frame);
}

io::Image mirrored(io::Image image) {
  for (int y = 0; y < image.height; ++y)
    std::reverse(image.pixels.begin() + std::ptrdiff_t{y} * image.width,
                 image.pixels.begin() + std::ptrdiff_t{y + 1} * image.width);
  return image;
}

TEST(Preview, ShowsOriginalsOperationsTheChainAndEpochs) {
  const auto plan = plan_of();
  const auto shown = preview(plan, {.pictures = 5, .epochs = 4});
  EXPECT_EQ(shown.name, "small");
  ASSERT_EQ(shown.sections.size(), 4U);

  const auto& originals = section(shown, "originals").rows.at(0).pictures;
  ASSERT_EQ(originals.size(), 5U);
  for (const auto& one : originals) {
    const auto i = sample_of(plan, one.where);
    EXPECT_EQ(one.image, plan.train->image(i));
    EXPECT_EQ(one.title, plan.train->label(i) == 0 ? "dim" : "bright");
    EXPECT_THAT(one.lines, ElementsAre(::testing::_, "12 x 12 pixels"));
  }

  const auto& chain = section(shown, "chain").rows;
  ASSERT_EQ(chain.size(), 1U);
  ASSERT_EQ(chain[0].pictures.size(), 5U);
  for (const auto& one : chain[0].pictures)
    EXPECT_EQ(one.image, prepared(plan, sample_of(plan, one.where), 0));

  const auto& epochs = section(shown, "epochs").rows.at(0).pictures;
  ASSERT_EQ(epochs.size(), 4U);
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    const auto& one = epochs[static_cast<std::size_t>(epoch)];
    EXPECT_EQ(one.where, originals[0].where);
    EXPECT_EQ(one.epoch, epoch + 1);
    EXPECT_EQ(one.image, prepared(plan, sample_of(plan, one.where), epoch));
    EXPECT_EQ(one.augment.size(), 2U);
  }
}

TEST(Preview, ShowsThePicturesMixedByEachMethod) {
  const auto plan = plan_of({R"(mixing={ methods = ["mixup", "cutmix", "zeta_mixup"], p = 0.1 })"});
  const auto shown = preview(plan, {.pictures = 4});
  ASSERT_EQ(shown.sections.size(), 5U);
  const auto& rows = section(shown, "mixing").rows;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].title, "cutmix");
  EXPECT_EQ(rows[1].option, "mixing.methods.1");
  const auto& before = section(shown, "chain").rows.at(0).pictures;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto& mixed = rows[2].pictures.at(i);
    EXPECT_EQ(mixed.where, before.at(i).where);
    EXPECT_NE(mixed.image, before.at(i).image);
    EXPECT_THAT(mixed.title, HasSubstr(" + "));
  }
}

TEST(Preview, ShowsTheViewsOfImagesWithoutALabel) {
  const auto plan =
      plan_of({"data.labels=16", "semi.method=fixmatch", "semi.augment=[\"invert\"]"});
  const auto shown = preview(plan, {.pictures = 3});
  ASSERT_EQ(shown.sections.size(), 5U);
  const auto& rows = section(shown, "unlabelled").rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].title, "weak view 1");
  EXPECT_EQ(rows[1].title, "strong view");
  EXPECT_EQ(rows[1].option, "semi.augment");
  for (const auto& row : rows) ASSERT_EQ(row.pictures.size(), 3U);
  EXPECT_EQ(rows[0].pictures[0].augment.size(), 2U);
  EXPECT_EQ(rows[1].pictures[0].augment.size(), 1U);
}

TEST(Preview, ShowsEachOperationAloneWhereItChangesThePicture) {
  const auto plan = plan_of();
  const auto shown = preview(plan, {.pictures = 3});
  const auto& rows = section(shown, "operations").rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].title, "pad_crop");
  EXPECT_EQ(rows[0].option, "data.augment.0");
  EXPECT_EQ(rows[1].title, "flip");
  EXPECT_EQ(rows[1].option, "data.augment.1");
  for (const auto& one : rows[0].pictures)
    EXPECT_THAT(one.lines,
                ElementsAre(AllOf(HasSubstr("pad_crop: translate_y "), HasSubstr(" pixels"))));
  for (const auto& one : rows[1].pictures) {
    const auto i = sample_of(plan, one.where);
    EXPECT_EQ(one.image, mirrored(plan.train->image(i)));
    EXPECT_THAT(one.lines, ElementsAre("flip"));
    ASSERT_EQ(one.augment.size(), 1U);
    EXPECT_EQ(one.augment[0].draws.at(0).value, 1);
    EXPECT_EQ(one.title, "epoch " + std::to_string(one.epoch));
    // The draws are those of the whole list in that epoch.
    io::Picture picture;
    plan.train->read(i, picture);
    augment::Frame frame;
    const auto whole = data::pipelines_of(plan.training)
                           .front()
                           .trace(picture,
                                  {.seed = plan.training.seed,
                                   .epoch = static_cast<std::uint64_t>(one.epoch - 1),
                                   .sample = static_cast<std::uint64_t>(i)},
                                  frame);
    EXPECT_EQ(one.augment[0].draws, whole.at(1).draws);
  }
}

TEST(Preview, ShowsWhatIsErasedInTheNormalizedInput) {
  const auto plan = plan_of({R"(data.augment=[{ kind = "random_erasing", p = 1 }])"});
  const auto shown = preview(plan, {.pictures = 2, .epochs = 1});
  const auto changed = [&](const PreviewPicture& one) {
    return one.image != plan.train->image(sample_of(plan, one.where));
  };
  for (const auto* id : {"operations", "chain", "epochs"})
    for (const auto& one : section(shown, id).rows.at(0).pictures) {
      EXPECT_TRUE(changed(one)) << id;
      EXPECT_EQ(one.image, prepared(plan, sample_of(plan, one.where), one.epoch - 1)) << id;
    }
}

TEST(Preview, ShowsNestedOperationsBelowTheirHolder) {
  const auto plan =
      plan_of({R"(data.augment=["flip", { kind = "random_apply", operations = )"
               R"(["pad_crop", { kind = "random_apply", operations = ["flip"] }] }])"});
  const auto shown = preview(plan, {.pictures = 1});
  std::vector<std::string> titles;
  std::vector<std::string> options;
  for (const auto& row : section(shown, "operations").rows) {
    titles.push_back(row.title);
    options.push_back(row.option);
  }
  EXPECT_THAT(titles,
              ElementsAre("flip", "random_apply", "random_apply > pad_crop",
                          "random_apply > random_apply", "random_apply > random_apply > flip"));
  EXPECT_THAT(options, ElementsAre("data.augment.0", "data.augment.1",
                                   "data.augment.1.operations.0", "data.augment.1.operations.1",
                                   "data.augment.1.operations.1.operations.0"));
  const auto json = to_json(shown);
  EXPECT_EQ(json["operations"][4]["option"], "data.augment.1.operations.1.operations.0");
  EXPECT_EQ(json["operations"][4]["pictures"][0]["augment"][0]["operation"], "flip");
  EXPECT_EQ(json["originals"][0]["pictures"].size(), 1U);
  EXPECT_FALSE(json["originals"][0]["pictures"][0].contains("augment"));
}

TEST(Preview, SaysWhatNeverChangesAPicture) {
  const auto shown = preview(plan_of({R"(data.augment=[{ kind = "flip", p = 0 }])"}));
  for (const auto& one : section(shown, "operations").rows.at(0).pictures) {
    EXPECT_EQ(one.title, "unchanged in 50 epochs");
    EXPECT_TRUE(one.lines.empty());
  }
  const auto none = preview(plan_of({"data.augment=[]"}));
  EXPECT_THAT(section(none, "operations").about, HasSubstr("no augmentation"));
  EXPECT_EQ(section(none, "chain").rows.at(0).pictures.at(0).image,
            section(none, "originals").rows.at(0).pictures.at(0).image);
}

TEST(Preview, FollowsSchedules) {
  const auto plan = plan_of(
      {R"(data.augment=[{ kind = "flip", p = { schedule = "linear", peak = 0, final = 1 } }])",
       R"(data.train_size={ schedule = "linear", peak = 8, final = 12 })"});
  const auto shown = preview(plan, {.pictures = 2, .epochs = 9});
  const auto& epochs = section(shown, "epochs").rows.at(0).pictures;
  EXPECT_EQ(epochs.front().image.height, 8);
  EXPECT_EQ(epochs.back().image.height, 12) << "after the run's last step its values stay";
  EXPECT_EQ(epochs.front().augment.at(0).draws.at(0).high, 0);
  EXPECT_GT(epochs.at(1).augment.at(0).draws.at(0).high, 0);
  EXPECT_GT(section(shown, "operations").rows.at(0).pictures.at(0).epoch, 1)
      << "flip alone, not the resize that train_size adds";
}

TEST(Preview, ShowsEveryView) {
  const auto plan = plan_of({"consistency={ views = 2, first_view = 1 }"});
  const auto shown = preview(plan, {.pictures = 2});
  EXPECT_EQ(section(shown, "operations").rows.size(), 2U);
  const auto& rows = section(shown, "chain").rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].title, "view 1");
  EXPECT_EQ(rows[1].title, "view 2");
  for (std::size_t view = 0; view < 2; ++view) {
    const auto& one = rows[view].pictures[0];
    EXPECT_EQ(one.image, prepared(plan, sample_of(plan, one.where), 0, view));
  }
}

TEST(Preview, TakesImagesByNameNumberAndFile) {
  const data::TemporaryFolder folder;
  const auto file = (folder.path() / "own.png").string();
  data::write_picture(file, data::noise(600, 1200, 3, 5));
  const auto plan = plan_of({R"(data.augment=["random_resized_crop"])"});
  const auto shown = preview(plan, {.images = {plan.train->where(7), "3", file}});
  const auto& originals = section(shown, "originals").rows.at(0).pictures;
  ASSERT_EQ(originals.size(), 3U);
  EXPECT_EQ(originals[0].image, plan.train->image(7));
  EXPECT_EQ(originals[1].where, plan.train->where(3));
  EXPECT_EQ(originals[2].where, file);
  EXPECT_THAT(originals[2].lines, ElementsAre("own.png", "600 x 1200 pixels"));
  EXPECT_EQ(originals[2].image.height, 256) << "made smaller to be shown";
  EXPECT_EQ(originals[2].image.width, 512);
  EXPECT_EQ(originals[2].image.channels, 1) << "as the network's input";
}

TEST(Preview, RefusesWhatIsNoPicture) {
  const data::TemporaryFolder folder;
  const auto plan = plan_of();
  const auto shown = [&](const std::string& image) {
    return [&, image] { (void)preview(plan, {.images = {image}}); };
  };
  const auto last = std::to_string(plan.train->size() - 1);
  EXPECT_THAT(message_of(Code::usage, shown("none.png")),
              AllOf(HasSubstr("--image none.png"), HasSubstr("from 0 to " + last)));
  EXPECT_THAT(message_of(Code::usage, shown("51")), HasSubstr("no such image"));
  EXPECT_THAT(message_of(Code::usage, shown("-1")), HasSubstr("no such image"));
  EXPECT_THAT(message_of(Code::usage, shown(folder.path().string())), HasSubstr("no such image"));
  const auto text = (folder.path() / "text.png").string();
  data::write_bytes(text, "no picture", 10);
  EXPECT_THAT(message_of(Code::data, shown(text)), HasSubstr("text.png"));
}

TEST(Preview, FailsAsTheLoaderWould) {
  const auto plan = plan_of({R"(data.augment=[{ kind = "center_crop", size = 10 }])"});
  EXPECT_THAT(message_of(Code::usage, [&] { (void)preview(plan); }),
              HasSubstr("an image of 10 x 10 pixels where the network takes 12 x 12"));
}

data::Dataset with_broken_images() {
  return {.train = std::make_shared<data::NoiseSource>(40, 4)};
}

TEST(Preview, PassesOverUnreadableImagesWhereTheRecipeSkipsThem) {
  const auto recipe = train::small::recipe(
      {"data.size=16", "data.on_bad_image=skip", "data.validation=0", "data.augment=[]"});
  const auto plan = train::plan(recipe, with_broken_images());
  const auto shown = preview(plan, {.pictures = 64});
  EXPECT_EQ(section(shown, "originals").rows.at(0).pictures.size(),
            static_cast<std::size_t>(plan.train->size() - 1));
  EXPECT_EQ(section(shown, "chain").rows.at(0).pictures.at(0).image.height, 16)
      << "brought to the network's input";
}

train::Plan plan_of_pictures(const std::string& augment) {
  return train::plan(train::small::recipe({"data.size=16", "data.on_bad_image=skip",
                                           "data.validation=0", "data.augment=" + augment}),
                     with_broken_images());
}

TEST(Preview, BeginsWithTheOriginalWhereAListBringsPicturesToTheInput) {
  const auto operations = [](const std::string& augment) {
    return plan_of_pictures(augment).training.views.front().size();
  };
  EXPECT_EQ(operations(R"(["flip"])"), 3U) << "a resize and a crop come before it";
  EXPECT_EQ(operations(R"([{ kind = "resize", size = 20 }, "flip"])"), 4U);
  EXPECT_EQ(operations(R"([{ kind = "random_apply", operations = ["center_crop"] }])"), 3U);
  EXPECT_EQ(operations(R"(["flip", { kind = "resize", sides = "both" }])"), 2U);
  EXPECT_EQ(operations(R"(["resize", "center_crop", "flip"])"), 3U) << "as torchvision's users do";

  const auto plan = plan_of_pictures(R"(["center_crop"])");
  const auto shown = preview(plan, {.pictures = 3});
  for (const auto* id : {"operations", "chain"})
    for (const auto& one : section(shown, id).rows.at(0).pictures) {
      const auto whole = plan.train->image(sample_of(plan, one.where));
      augment::Frame frame;
      frame.begin(whole);
      frame.crop(augment::center_box({whole.height, whole.width}, {16, 16}));
      EXPECT_EQ(one.image, frame.pixels()) << id;
    }
}

}  // namespace
}  // namespace temper::run
