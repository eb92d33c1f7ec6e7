/* Members of the daemon's answers, which may be another version's: what is missing or of another type is nothing, never an error.
 * Thread: pure. Owner: none; results are borrowed from the object. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

const char *cam_answer_get_text (JsonObject *object, const char *name); /* "" for none */
double cam_answer_get_number (JsonObject *object, const char *name);    /* NAN for none */
int64_t cam_answer_get_count (JsonObject *object, const char *name);    /* 0 for none */
bool cam_answer_get_truth (JsonObject *object, const char *name);       /* false for none */
JsonObject *cam_answer_get_object (JsonObject *object, const char *name); /* NULL for none */

/* Calls @each for each object in the array @name; for one without a name see below. */
typedef void (*CamAnswerEachFunc) (JsonObject *element, gpointer data);
void cam_answer_each (JsonObject *object, const char *name, CamAnswerEachFunc each, gpointer data);

/* The same for an answer that is an array itself. */
void cam_answer_each_of (JsonNode *array, CamAnswerEachFunc each, gpointer data);
