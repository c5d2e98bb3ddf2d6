package registry

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

const (
	defaultTier     = "normal"
	defaultLanguage = "zh"
)

// tidy takes away what nobody meant to write: space around a text, Windows line ends, and the
// difference between two ways to write the same character.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return norm.NFC.String(strings.TrimSpace(strings.Trim(s, "\ufeff")))
}

// tidyList also drops empty and repeated entries. It never gives nil, which JSON would write as null.
func tidyList(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s = tidy(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// codeList is tidyList for words of our own, in which case does not matter.
func codeList[S ~string](list []S) []S {
	out := make([]S, 0, len(list))
	for _, s := range list {
		c := S(strings.ToLower(tidy(string(s))))
		if c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// codeKeepCase is tidyList for ids.
func codeKeepCase[S ~string](list []S) []S {
	out := make([]S, 0, len(list))
	for _, s := range list {
		if c := S(tidy(string(s))); c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// narrow turns the full-width digits and signs of Chinese input methods into ASCII.
func narrow(s string) string { return width.Narrow.String(s) }

func sexOf(s string) string {
	switch s = strings.ToLower(tidy(s)); s {
	case "女", "female", "woman", "女性":
		return "f"
	case "男", "male", "man", "男性":
		return "m"
	}
	return s
}

func languageOf(s string) string {
	switch s = tidy(s); strings.ToLower(s) {
	case "", "中文", "汉语", "普通话", "国语", "chinese":
		return "zh"
	case "英文", "英语", "english":
		return "en"
	}
	return s
}

func roleOf(s string) string {
	switch s = strings.ToLower(tidy(s)); s {
	case "家人", "家属", "亲属", "子女", "配偶":
		return RoleFamily
	case "联络员", "社区联络员":
		return RoleLiaison
	case "医生", "看护医生":
		return RoleDoctor
	case "保安", "门卫":
		return RoleGuard
	case "邻居", "neighbor":
		return RoleNeighbour
	case "其他", "其它":
		return RoleOther
	}
	return s
}

func helperKindOf(s string) string {
	switch s = strings.ToLower(tidy(s)); s {
	case "", "志愿者", "义工":
		return KindVolunteer
	case "一技之长者", "一技之长", "邻居", "neighbor":
		return KindNeighbour
	case "加盟企业", "企业", "服务商":
		return KindProvider
	case "员工", "工作人员":
		return KindStaff
	}
	return s
}

func providerKindOf(s string) string {
	switch s = strings.ToLower(tidy(s)); s {
	case "", "加盟企业", "企业":
		return ProviderEnterprise
	case "社会组织", "社会团体":
		return ProviderNonprofit
	case "医疗机构", "医院":
		return ProviderMedical
	case "物业", "物业公司":
		return ProviderProperty
	case "公共机构", "政府部门":
		return ProviderPublic
	case "其他", "其它":
		return ProviderOther
	}
	return s
}

func statusOf(s string) string {
	switch s = strings.ToLower(tidy(s)); s {
	case "", "正常", "在职", "在册":
		return StatusActive
	case "暂停", "停用":
		return StatusSuspended
	case "离开", "离职", "退出":
		return StatusLeft
	}
	return s
}

// dateOf reads the dates of spreadsheets in which the year comes first: 1944/3/5, 1944.3.5,
// 19440305, 1944年3月5日. What could mean two dates (3/5/44) is left, and so refused.
func dateOf(s string) string {
	s = narrow(tidy(s))
	if len(s) == len("19440305") && isDigits(s) {
		return s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/. 年月日", r) })
	if len(parts) == 0 || len(parts) > 3 || len(parts[0]) != 4 {
		return s
	}
	for i, p := range parts {
		if !isDigits(p) || i > 0 && len(p) > 2 {
			return s
		}
		if i > 0 && len(p) == 1 {
			parts[i] = "0" + p
		}
	}
	return strings.Join(parts, "-")
}

func isDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// languagesOf is languageOf for a list.
func languagesOf(list []string) []string {
	out := tidyList(list)
	for i, s := range out {
		out[i] = languageOf(s)
	}
	return tidyList(out)
}
