import stories from './playwright.config.ts'

// The pictures of the README, made with the same browser and the same demo as the stories.
export default { ...stories, testDir: 'pictures', testMatch: '*.pictures.ts' }
