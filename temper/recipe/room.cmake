# `temper recipe new` starts from the recipes that temper ships, so their text is compiled in.
foreach(name fashion-mnist cifar10 pictures fine-tuning)
  set(_file "${CMAKE_CURRENT_SOURCE_DIR}/recipes/${name}.toml")
  string(TOUPPER "TEMPER_${name}_RECIPE" _variable)
  string(REPLACE "-" "_" _variable "${_variable}")
  file(READ "${_file}" ${_variable})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${_file}")
endforeach()
configure_file("${CMAKE_CURRENT_SOURCE_DIR}/temper/recipe/starter_texts.cpp.in"
               "${CMAKE_BINARY_DIR}/generated/starter_texts.cpp" @ONLY)
target_sources(temper_recipe PRIVATE "${CMAKE_BINARY_DIR}/generated/starter_texts.cpp")
