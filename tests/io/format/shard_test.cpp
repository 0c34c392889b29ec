#include "temper/io/format/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/io/tar.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;

Shard scan(const Bytes& bytes) {
  return scan_shard(
      bytes.size(),
      [&](std::uint64_t offset, std::span<std::byte> into) {
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
      },
      "shard.tar");
}

std::string refusal(const std::vector<std::pair<std::string, std::string>>& files) {
  const Error error = error_of([&] { scan(tar(files)); });
  EXPECT_EQ(error.code(), Code::data);
  return error.what();
}

TEST(Shard, PutsFilesOfOneKeyTogether) {
  const Bytes bytes = tar({{"1.cls", "3\n"},
                           {"1.jpg", "one"},
                           {"d/2.JPEG", "two"},
                           {"d/2.json", R"({"label": 12, "caption": "x"})"},
                           {"d/2.txt", "left alone"},
                           {"3.seg.png", "not the picture"},
                           {"3.png", "three"},
                           {"._4.jpg", "hidden"},
                           {"4.webp", "four"},
                           {"4.json", R"({"class": " tabby cat "})"},
                           {"README", "no ending"}});
  const auto shard = scan(bytes);
  EXPECT_EQ(shard.size, bytes.size());
  const std::vector<ShardSample> expected{{"1.jpg", 3 * 512, 3, "3"},
                                          {"d/2.JPEG", 5 * 512, 3, "12"},
                                          {"3.png", 13 * 512, 5, ""},
                                          {"4.webp", 17 * 512, 4, "tabby cat"}};
  EXPECT_EQ(shard.samples, expected);
  EXPECT_EQ(shard.unread, 1U);
  EXPECT_EQ(shard.first_unread, "3.seg.png");
}

TEST(Shard, CountsPicturesThatBelongToNoSample) {
  const auto shard = scan(tar({{"1.jpg", "one"},
                               {"IMG.0001.jpg", "dots"},
                               {"2.GIF", "another format"},
                               {"5.heic", "a telephone's"},
                               {"@eaDir/3.jpg", "of a system"},
                               {"@eaDir/3.cls", "4"},
                               {"__MACOSX/d/._1.jpg", "no picture"},
                               {".hidden/4.jpg", "as before"}}));
  ASSERT_EQ(shard.samples.size(), 2U);
  EXPECT_EQ(shard.samples[1].name, ".hidden/4.jpg");
  EXPECT_EQ(shard.unread, 4U);
  EXPECT_EQ(shard.first_unread, "IMG.0001.jpg");
  EXPECT_THAT(refusal({{"IMG.0001.jpg", "x"}}),
              HasSubstr("without another dot in the name; found IMG.0001.jpg"));
}

TEST(Shard, SaysHowToSortOneThatIsSortedOtherwise) {
  const auto sorting = HasSubstr(
      "sample '1': its files are not consecutive, or it occurs twice; unpack the archive and pack "
      "it sorted by name: `tar --sort=name -cf");
  EXPECT_THAT(refusal({{"1.cls", "3"}, {"2.cls", "4"}, {"1.jpg", "x"}, {"2.jpg", "x"}}), sorting);
  EXPECT_THAT(refusal({{"1.json", R"({"label": 3})"}, {"2.json", "{}"}, {"1.jpg", "x"}}), sorting);
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"2.jpg", "x"}, {"1.cls", "3"}, {"2.cls", "4"}}), sorting);
  EXPECT_THAT(refusal({{"labels/1.cls", "3"}, {"images/1.jpg", "x"}}),
              HasSubstr("sample 'labels/1': a label without an image"));
}

TEST(Shard, ReadsNumbersThatJsonDoesNotHave) {
  const auto shard =
      scan(tar({{"1.json", R"({"caption": "a \"NaN\" \\", "loss": NaN, "label": 3})"},
                {"1.jpg", "x"},
                {"2.json", R"({"x": [-Infinity, {"y": Infinity}], "cls": "NaN"})"},
                {"2.jpg", "x"}}));
  EXPECT_EQ(shard.samples[0].label, "3");
  EXPECT_EQ(shard.samples[1].label, "NaN");
  const auto values =
      scan(tar({{"1.json", R"({"loss": NaN, "values": {"y": 2, "x": 1}})"}, {"1.jpg", "x"}}));
  EXPECT_EQ(values.value_names, (std::vector<std::string>{"y", "x"}));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.json", R"({"label": NaN})"}}),
              HasSubstr("\"label\" in 1.json is neither the number nor the name"));
  EXPECT_THAT(
      refusal({{"1.jpg", "x"}, {"1.json", R"({"values": {"y": -Infinity}})"}}),
      HasSubstr("'y' in the \"values\" of 1.json is not a valid name with a finite number"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.json", R"({"label": nan})"}}),
              HasSubstr("1.json is not a JSON object"));
}

TEST(Shard, NamesTheSampleThatIsWrong) {
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.png", "x"}}),
              HasSubstr("shard.tar: sample '1': two images, 1.jpg and 1.png"));
  EXPECT_THAT(refusal({{"1.cls", "3"}, {"2.jpg", "x"}}),
              HasSubstr("sample '1': a label without an image"));
  EXPECT_THAT(refusal({{"1.cls", "3"}, {"1.json", R"({"label": 4})"}, {"1.jpg", "x"}}),
              HasSubstr("two labels, '3' and '4'"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"2.jpg", "x"}, {"1.cls", "3"}}),
              HasSubstr("sample '1': its files are not consecutive"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.cls", " \n"}}), HasSubstr("1.cls is empty"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.cls", "a\nb"}}), HasSubstr("not a single line"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.cls", std::string(300, 'x')}}),
              HasSubstr("300 bytes; at most 256"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.json", "[1"}}),
              HasSubstr("1.json is not a JSON object"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.json", R"({"label": -1})"}}),
              HasSubstr("\"label\" in 1.json is neither"));
  EXPECT_THAT(refusal({{"notes.txt", "x"}}), HasSubstr("no images in this archive"));
}

TEST(Shard, HasNamesAndLabelsInUtf8) {
  EXPECT_THAT(refusal({{"B\xE4r/1.jpg", "x"}}),
              HasSubstr("sample 'B\\xe4r/1': its name is not UTF-8; rename the files"));
  EXPECT_THAT(refusal({{"\xED\xA0\x80.jpg", "x"}}), HasSubstr("its name is not UTF-8"));
  EXPECT_THAT(refusal({{"1.jpg", "x"}, {"1.cls", "B\xE4r"}}),
              HasSubstr("sample '1': the label 'B\\xe4r' in 1.cls is not UTF-8"));
  const auto shard = scan(tar({{"Bär/1.jpg", "x"}, {"Bär/1.cls", "Bär"}, {"B\xE4r.txt", "other"}}));
  EXPECT_EQ(shard.samples[0].name, "Bär/1.jpg");
  EXPECT_EQ(shard.samples[0].label, "Bär");
}

TEST(Shard, ReadsValuesByTheirNames) {
  const auto shard = scan(tar({{"1.json", R"({"values": {"y": 1.5, "a b": -2}})"},
                               {"1.jpg", "one"},
                               {"2.jpg", "two"},
                               {"2.json", R"({"values": {}, "label": null})"},
                               {"3.json", R"({"values": {"y": 1e300, "a b": 0.1}})"},
                               {"3.jpg", "three"}}));
  EXPECT_EQ(shard.value_names, (std::vector<std::string>{"y", "a b"}));
  EXPECT_EQ(shard.samples[0].values, (std::vector{1.5, -2.0}));
  EXPECT_TRUE(shard.samples[1].values.empty());
  EXPECT_EQ(shard.samples[2].values, (std::vector{1e300, 0.1}));
  EXPECT_TRUE(scan(tar({{"1.json", R"({"values": [1]})"}, {"1.jpg", "x"}})).value_names.empty())
      << "a list is ignored";
}

TEST(Shard, ReadsManyKeys) {
  std::string json = R"({"caption": {"values": 1, "label": 2}, "label": 3)";
  for (int k = 0; k < 60'000; ++k) json += ", \"" + std::to_string(k) + "\": 0";
  EXPECT_EQ(scan(tar({{"1.json", json + "}"}, {"1.jpg", "x"}})).samples[0].label, "3");
}

TEST(Shard, ReadsTheValuesThatItWrites) {
  const std::vector<std::string> names{"y", "\"quoted\" ä", "x"};
  const std::vector values{-0.0, 1.0 / 3, 1e-300};
  const auto shard = scan(tar({{"1.json", values_text(names, values)}, {"1.jpg", "x"}}));
  EXPECT_EQ(shard.value_names, names);
  EXPECT_EQ(shard.samples[0].values, values);
  const auto wrong = [](const std::string& name) {
    return std::string(error_of([&] { values_text({&name, 1}, std::vector{1.0}); }).what());
  };
  EXPECT_THAT(wrong(""), HasSubstr("a value has the name ''"));
  EXPECT_THAT(wrong("a\tb"), HasSubstr("a value has the name"));
  EXPECT_THAT(wrong(std::string(257, 'x')), HasSubstr("1 to 256 bytes"));
  EXPECT_THAT(wrong("\xff"), HasSubstr("not in UTF-8"));
  std::vector<std::string> many;
  for (int k = 0; k < 5000; ++k) many.push_back(std::string(230, 'x') + std::to_string(k));
  EXPECT_THAT(error_of([&] { values_text(many, std::vector<double>(many.size(), 0.1)); }).what(),
              HasSubstr("5000 values with their names take"));
}

TEST(Shard, NamesTheSampleWhoseValuesAreWrong) {
  const std::pair<std::string, std::string> picture{"1.jpg", "x"};
  const auto wrong = [&](const std::string& json) { return refusal({picture, {"1.json", json}}); };
  EXPECT_THAT(
      wrong(R"({"values": {"y": "tall"}})"),
      HasSubstr(
          "sample '1': 'y' in the \"values\" of 1.json is not a valid name with a finite number"));
  EXPECT_THAT(wrong(R"({"values": {"": 1}})"), HasSubstr("'' in the"));
  EXPECT_THAT(wrong(R"({"values": {"y": 1}, "label": 3})"),
              HasSubstr("the label '3' and values; expected one of them"));
  EXPECT_THAT(refusal({picture, {"1.json", R"({"values": {"y": 1}})"}, {"1.cls", "3"}}),
              HasSubstr("the label '3' and values"));
  EXPECT_THAT(
      refusal(
          {picture, {"1.json", R"({"values": {"y": 1}})"}, {"1.json", R"({"values": {"y": 1}})"}}),
      HasSubstr("two sets of values"));
  EXPECT_THAT(wrong(R"({"values": {"y": 1, "y": 2}})"), HasSubstr("two sets of values"));
  EXPECT_THAT(
      refusal({picture,
               {"1.json", R"({"values": {"y": 1}})"},
               {"2.jpg", "x"},
               {"2.json", R"({"values": {"z": 1}})"}}),
      HasSubstr("sample '2': the values z in 2.json; expected y, as in the samples before"));
}

TEST(Shard, ReadsWhatOtherProgramsWrite) {
  const Bytes bytes = contents(golden / "tar/pax.tar");
  const auto samples = scan(bytes).samples;
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].label, "7");
  EXPECT_EQ(samples[1].label, "cat");
  EXPECT_EQ(samples[1].size, 600U);
  EXPECT_EQ(samples[2].name, "d/ä.webp");
}

TEST(Shard, SurvivesDamage) {
  survive_damage(contents(golden / "tar/pax.tar"), 5, [](const Bytes& bytes) { scan(bytes); });
}

}  // namespace
}  // namespace temper::io::test
