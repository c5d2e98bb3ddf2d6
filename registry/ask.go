package registry

import (
	"slices"
	"strings"

	"anling/internal/db"
)

// ask adds what a filter asks for to a condition, or says what its text should have been.
type ask func(c *condition, text string) (problem string)

// inArea finds whoever lives in an area or in one that lies in it.
func inArea(c *condition, text string) string {
	code := AreaCode(text)
	if code == "" {
		return "must be the official code of a community, a street or a district, like 310101002009"
	}
	from, before := areaBounds(code)
	c.and("area >= ? AND area < ?", from, before)
	return ""
}

// setAt finds what a time is set of, or is not.
func setAt(column string) ask {
	return func(c *condition, text string) string {
		value, problem := boolFilter(text)
		if value == true {
			c.and(column + " IS NOT NULL")
		} else {
			c.and(column + " IS NULL")
		}
		return problem
	}
}

// withoutConsent finds the elders whose data may not be used for a purpose now.
func (c *core) withoutConsent(at *condition, text string) string {
	if !slices.Contains(ConsentPurposes(), text) {
		return "must be one of " + strings.Join(ConsentPurposes(), ", ")
	}
	now := db.Micros(c.clock.Now())
	at.and(noConsentHolds, text, now, now)
	return ""
}

// shelveRest lays out what hangs on people, and what centres define for themselves.
func (c *core) shelveRest() {
	c.consents = &shelf[Consent, *Consent]{core: c, noun: "consent", store: newStore[Consent, *Consent]("consents", consentColumns()...),
		filters: map[string]filter{"centre": textFilter, "elder": textFilter, "purpose": textFilter}, relate: c.relateConsent}
	c.attachments = &shelf[Attachment, *Attachment]{core: c, noun: "attachment",
		store:   newStore[Attachment, *Attachment]("attachments", attachmentColumns()...),
		filters: map[string]filter{"centre": textFilter, "resource": textFilter, "owner": textFilter, "kind": textFilter},
		relate:  c.relateAttachment}
	c.customs = &shelf[CustomField, *CustomField]{core: c, noun: "custom field", store: newStore[CustomField, *CustomField]("custom_fields", "resource"),
		filters: map[string]filter{"centre": textFilter, "resource": textFilter}, relate: c.relateCustomField}
}
